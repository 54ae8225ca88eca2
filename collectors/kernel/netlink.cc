#include "collectors/kernel/netlink.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "collectors/kernel/kernel_file.h"

namespace hostpulse::kernel {
namespace {

constexpr std::size_t kBufferBytes = 32768;  // What the kernel fills at most for one dump message.
constexpr std::uint16_t kTypeMask = 0x3fff;  // Without NLA_F_NESTED and NLA_F_NET_BYTEORDER.

std::size_t Align(std::size_t size) {
  return (size + 3) & ~std::size_t{3};
}

std::string Where(int protocol) {
  return "netlink(" + std::to_string(protocol) + ")";
}

}  // namespace

std::string_view NetlinkAttribute::text() const {
  const std::string_view all(reinterpret_cast<const char*>(payload.data()), payload.size());
  return all.substr(0, all.find('\0'));
}

void ForEachAttribute(std::span<const std::byte> bytes,
                      FunctionRef<void(const NetlinkAttribute&)> visit) {
  nlattr head{};
  while (bytes.size() >= sizeof(head)) {
    std::memcpy(&head, bytes.data(), sizeof(head));
    if (head.nla_len < sizeof(head) || head.nla_len > bytes.size()) return;
    visit({static_cast<std::uint16_t>(head.nla_type & kTypeMask),
           bytes.subspan(sizeof(head), head.nla_len - sizeof(head))});
    bytes = bytes.subspan(std::min(bytes.size(), Align(head.nla_len)));
  }
}

Status NetlinkSocket::Open() {
  UniqueFd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol_));
  if (!fd) {
    const int error = errno;
    if (error == EPROTONOSUPPORT || error == EAFNOSUPPORT) {
      return {ErrorCode::kAbsent, Where(protocol_) + ": " + std::strerror(error)};
    }
    return ErrnoStatus(Where(protocol_), "socket", error);
  }
  const timeval one_second{.tv_sec = 1, .tv_usec = 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &one_second, sizeof(one_second));
  socket_ = std::move(fd);
  return {};
}

Status NetlinkSocket::SendRequest(std::uint16_t type, std::span<const std::byte> body) {
  if (!buffer_) buffer_ = std::make_unique_for_overwrite<std::byte[]>(kBufferBytes);
  nlmsghdr head{};
  head.nlmsg_len = static_cast<std::uint32_t>(sizeof(head) + body.size());
  head.nlmsg_type = type;
  head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  head.nlmsg_seq = ++sequence_;
  if (head.nlmsg_len > kBufferBytes) {
    return {ErrorCode::kInvalid, Where(protocol_) + ": request too long"};
  }
  std::memcpy(buffer_.get(), &head, sizeof(head));
  if (!body.empty()) std::memcpy(buffer_.get() + sizeof(head), body.data(), body.size());
  if (::send(socket_.get(), buffer_.get(), head.nlmsg_len, 0) < 0) {
    return ErrnoStatus(Where(protocol_), "send", errno);
  }
  return {};
}

// Fine with `done` set at the end of the dump.
Status NetlinkSocket::TakeMessages(std::span<const std::byte> bytes, MessageVisitor visit,
                                   bool& done) {
  nlmsghdr head{};
  while (bytes.size() >= sizeof(head)) {
    std::memcpy(&head, bytes.data(), sizeof(head));
    if (head.nlmsg_len < sizeof(head) || head.nlmsg_len > bytes.size()) {
      return {ErrorCode::kParse, Where(protocol_) + ": message of " +
                                     std::to_string(head.nlmsg_len) + " bytes does not fit"};
    }
    const auto body = bytes.subspan(sizeof(head), head.nlmsg_len - sizeof(head));
    bytes = bytes.subspan(std::min(bytes.size(), Align(head.nlmsg_len)));
    if (head.nlmsg_seq != sequence_) continue;  // Of a dump that was given up.
    if (head.nlmsg_type == NLMSG_DONE) {
      done = true;
      return {};
    }
    if (head.nlmsg_type == NLMSG_ERROR) {
      int error = 0;
      if (body.size() >= sizeof(error)) std::memcpy(&error, body.data(), sizeof(error));
      return ErrnoStatus(Where(protocol_), "dump", -error);
    }
    visit(head.nlmsg_type, body);
  }
  return {};
}

Status NetlinkSocket::Receive(MessageVisitor visit) {
  for (bool done = false; !done;) {
    const ssize_t got = ::recv(socket_.get(), buffer_.get(), kBufferBytes, MSG_TRUNC);
    if (got < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) return {ErrorCode::kTimeout, Where(protocol_) + ": no answer in 1 s"};
      return ErrnoStatus(Where(protocol_), "receive", errno);
    }
    const auto size = static_cast<std::size_t>(got);
    if (size > kBufferBytes) {
      return {ErrorCode::kParse, Where(protocol_) + ": message longer than its buffer"};
    }
    if (Status status = TakeMessages(std::span<const std::byte>(buffer_.get(), size), visit, done);
        !status) {
      return status;
    }
  }
  return {};
}

Status NetlinkSocket::Dump(std::uint16_t type, std::span<const std::byte> body,
                           MessageVisitor visit) {
  if (!socket_) {
    if (Status status = Open(); !status) return status;
  }
  Status status = SendRequest(type, body);
  if (status.ok()) status = Receive(visit);
  if (!status) socket_.reset();
  return status;
}

}  // namespace hostpulse::kernel
