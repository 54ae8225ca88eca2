#include "collectors/generic_netlink.h"

#include <linux/genetlink.h>

#include <utility>

#include "collectors/kernel/netlink.h"

namespace hostpulse::collectors {
namespace {

using kernel::AttributesBehind;
using kernel::NetlinkAttribute;

constexpr std::uint8_t kVersion = 1;  // Of every family in use here.

}  // namespace

GenericNetlink::GenericNetlink(NetlinkDump dump, std::string_view family)
    : dump_(std::move(dump)), name_(family) {}

void GenericNetlink::TakeFamily(std::span<const std::byte> body) {
  std::uint16_t id = 0;
  bool is_ours = false;
  kernel::ForEachAttribute(AttributesBehind<genlmsghdr>(body), [&](const NetlinkAttribute& item) {
    if (item.type == CTRL_ATTR_FAMILY_ID) item.CopyTo(id);
    if (item.type == CTRL_ATTR_FAMILY_NAME) is_ours = item.text() == name_;
  });
  if (is_ours) family_ = id;
}

Status GenericNetlink::FindFamily() {
  const genlmsghdr request{.cmd = CTRL_CMD_GETFAMILY, .version = kVersion, .reserved = 0};
  Status status =
      dump_(GENL_ID_CTRL, std::as_bytes(std::span(&request, 1)),
            [this](std::uint16_t, std::span<const std::byte> body) { TakeFamily(body); });
  if (!status || family_ != 0) return status;
  return {ErrorCode::kAbsent, "generic netlink: the kernel has no family \"" + name_ + "\""};
}

Status GenericNetlink::Dump(std::uint8_t command, std::span<const std::byte> attributes,
                            GenericNetlinkVisitor visit) {
  if (family_ == 0) {
    if (Status status = FindFamily(); !status) return status;
  }
  const genlmsghdr header{.cmd = command, .version = kVersion, .reserved = 0};
  const auto header_bytes = std::as_bytes(std::span(&header, 1));
  request_.assign(header_bytes.begin(), header_bytes.end());
  request_.insert(request_.end(), attributes.begin(), attributes.end());
  Status status =
      dump_(family_, request_, [&visit](std::uint16_t, std::span<const std::byte> body) {
        const auto answer = kernel::ReadHeader<genlmsghdr>(body);
        if (answer) visit(answer->cmd, AttributesBehind<genlmsghdr>(body));
      });
  if (!status) family_ = 0;
  return status;
}

}  // namespace hostpulse::collectors
