#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "collectors/rtnetlink.h"
#include "core/function_ref.h"
#include "core/result.h"

namespace hostpulse::collectors {

struct QdiscStats {
  std::uint64_t bytes = 0;
  std::uint64_t packets = 0;
  std::uint32_t drops = 0;
  std::uint32_t requeues = 0;
  std::uint32_t overlimits = 0;
  std::uint32_t queue_length = 0;  // Packets.
  std::uint32_t backlog = 0;       // Bytes.
};

// A queueing discipline as RTM_GETQDISC reports it: a view into the message.
struct Qdisc {
  std::uint32_t index = 0;   // Of the interface.
  std::uint32_t parent = 0;  // TC_H_ROOT, or the class that it hangs on.
  std::string_view kind;     // "fq_codel" ...
  QdiscStats stats;

  bool IsRoot() const;
};

// The body of an RTM_NEWQDISC message; nothing where it is too short, or without statistics.
std::optional<Qdisc> ParseQdisc(std::span<const std::byte> body);

// Visits every queueing discipline of every interface. Errors: as NetlinkSocket::Dump.
Status DumpQdiscs(const NetlinkDump& dump, FunctionRef<void(const Qdisc&)> visit);

}  // namespace hostpulse::collectors
