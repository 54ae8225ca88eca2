#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "core/function_ref.h"
#include "core/result.h"
#include "core/unique_fd.h"

namespace hostpulse::kernel {

// One attribute (struct rtattr/nlattr) of a netlink message: type without flags, payload in place.
struct NetlinkAttribute {
  std::uint16_t type = 0;
  std::span<const std::byte> payload;

  template <typename T>
  bool CopyTo(T& value) const;    // False where the payload is shorter than T.
  std::string_view text() const;  // A string attribute without its final NUL.
};

// Calls `visit` for each attribute in `bytes`; stops at the first that does not fit.
void ForEachAttribute(std::span<const std::byte> bytes,
                      FunctionRef<void(const NetlinkAttribute&)> visit);

// The struct that a message begins with; nothing where the message is too short.
template <typename Header>
std::optional<Header> ReadHeader(std::span<const std::byte> body);

// The attributes that follow it, aligned.
template <typename Header>
std::span<const std::byte> AttributesBehind(std::span<const std::byte> body);

using MessageVisitor = FunctionRef<void(std::uint16_t type, std::span<const std::byte> body)>;

// Asks the kernel over a netlink socket that stays open. One thread at a time.
class NetlinkSocket {
 public:
  // `protocol` is NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_GENERIC ... Nothing is opened yet.
  explicit NetlinkSocket(int protocol) : protocol_(protocol) {}

  // Sends a dump request of this message type with `body` (struct ifinfomsg, ndmsg ... and
  // attributes) and calls `visit` with the type and body of each message of the answer, which is
  // read whole. A dump that the kernel marks as interrupted (NLM_F_DUMP_INTR) still counts.
  // Errors: kPermission, kAbsent (the kernel has no such protocol), kIo, kTimeout (no answer within
  // a second), kParse (a message that does not fit). The socket is opened anew after an error.
  Status Dump(std::uint16_t type, std::span<const std::byte> body, MessageVisitor visit);

 private:
  Status Open();
  Status SendRequest(std::uint16_t type, std::span<const std::byte> body);
  Status Receive(MessageVisitor visit);
  Status TakeMessages(std::span<const std::byte> bytes, MessageVisitor visit, bool& done);

  int protocol_;
  UniqueFd socket_;
  std::uint32_t sequence_ = 0;
  // Made with the socket and not filled: only what answers take of it costs memory.
  std::unique_ptr<std::byte[]> buffer_;
};

template <typename T>
bool NetlinkAttribute::CopyTo(T& value) const {
  static_assert(std::is_trivially_copyable_v<T>);
  if (payload.size() < sizeof(T)) return false;
  __builtin_memcpy(&value, payload.data(), sizeof(T));
  return true;
}

template <typename Header>
std::optional<Header> ReadHeader(std::span<const std::byte> body) {
  static_assert(std::is_trivially_copyable_v<Header>);
  if (body.size() < sizeof(Header)) return std::nullopt;
  Header header;
  __builtin_memcpy(&header, body.data(), sizeof header);
  return header;
}

template <typename Header>
std::span<const std::byte> AttributesBehind(std::span<const std::byte> body) {
  constexpr std::size_t kAligned = (sizeof(Header) + 3) & ~std::size_t{3};
  return body.subspan(std::min(body.size(), kAligned));
}

}  // namespace hostpulse::kernel
