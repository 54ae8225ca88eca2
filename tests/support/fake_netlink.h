#pragma once

#include <linux/rtnetlink.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "collectors/rtnetlink.h"

namespace hostpulse {

// The body of a netlink message, or attributes to nest in one:
//   NetlinkBody(ifinfomsg{...}).Text(IFLA_IFNAME, "eth0").Add(IFLA_MTU, std::uint32_t{1500})
class NetlinkBody {
 public:
  NetlinkBody() = default;
  template <typename Header>
  explicit NetlinkBody(const Header& header) {
    static_assert(std::is_trivially_copyable_v<Header>);
    Append(&header, sizeof header);
  }

  template <typename T>
  NetlinkBody& Add(int type, const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    return AddBytes(type, &value, sizeof value);
  }
  NetlinkBody& Text(int type, std::string_view text) {
    std::vector<char> with_nul(text.begin(), text.end());
    with_nul.push_back('\0');
    return AddBytes(type, with_nul.data(), with_nul.size());
  }
  NetlinkBody& Nest(int type, const NetlinkBody& inner) {
    return AddBytes(type | NLA_F_NESTED, inner.bytes_.data(), inner.bytes_.size());
  }
  NetlinkBody& AddBytes(int type, const void* data, std::size_t size) {
    const nlattr head{.nla_len = static_cast<std::uint16_t>(sizeof(nlattr) + size),
                      .nla_type = static_cast<std::uint16_t>(type)};
    bytes_.resize(NLMSG_ALIGN(bytes_.size()));
    Append(&head, sizeof head);
    Append(data, size);
    return *this;
  }

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  void Append(const void* data, std::size_t size) {
    if (size == 0) return;
    const std::size_t at = bytes_.size();
    bytes_.resize(at + size);
    std::memcpy(bytes_.data() + at, data, size);
  }

  std::vector<std::byte> bytes_;
};

// What a kernel would answer: messages by the type of the request. Copies share them.
class FakeNetlink {
 public:
  void Answer(std::uint16_t request, std::uint16_t type, NetlinkBody body) {
    answers_->dumps[request].emplace_back(type, std::move(body));
  }
  void Forget(std::uint16_t request) { answers_->dumps.erase(request); }
  void Fail(Status status) { answers_->status = std::move(status); }
  // Only requests of this type fail.
  void Fail(std::uint16_t request, Status status) {
    answers_->failures[request] = std::move(status);
  }
  void Name(std::uint32_t index, std::string_view name) { answers_->names[index] = name; }
  // The body of the last request of this type.
  std::span<const std::byte> Request(std::uint16_t type) const { return answers_->requests[type]; }

  // A link that a dump of links lists and whose name is known.
  void Link(std::uint32_t index, std::string_view name, NetlinkBody body) {
    body.Text(IFLA_IFNAME, name);
    Name(index, name);
    Answer(RTM_GETLINK, RTM_NEWLINK, std::move(body));
  }

  collectors::NetlinkDump dump() const {
    return [answers = answers_](std::uint16_t type, std::span<const std::byte> body,
                                collectors::NetlinkVisitor visit) {
      answers->requests[type].assign(body.begin(), body.end());
      for (const auto& [answer, message] : answers->dumps[type]) visit(answer, message.bytes());
      const auto failure = answers->failures.find(type);
      return failure == answers->failures.end() ? answers->status : failure->second;
    };
  }
  collectors::Rtnetlink rtnetlink() const {
    return {dump(), [answers = answers_](std::uint32_t index) -> std::string_view {
              const auto found = answers->names.find(index);
              return found == answers->names.end() ? std::string_view() : found->second;
            }};
  }

 private:
  struct Answers {
    std::map<std::uint16_t, std::vector<std::pair<std::uint16_t, NetlinkBody>>> dumps;
    std::map<std::uint16_t, std::vector<std::byte>> requests;
    std::map<std::uint32_t, std::string> names;
    std::map<std::uint16_t, Status> failures;
    Status status;
  };
  std::shared_ptr<Answers> answers_ = std::make_shared<Answers>();
};

inline ifinfomsg LinkHeader(int index, unsigned flags = 0, unsigned short type = 1) {
  ifinfomsg header{};
  header.ifi_index = index;
  header.ifi_flags = flags;
  header.ifi_type = type;
  return header;
}

}  // namespace hostpulse
