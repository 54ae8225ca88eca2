#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "collectors/kernel/scanner.h"
#include "core/result.h"

namespace hostpulse::collectors {

// An "xprt:" line: one transport of a mount; with nconnect= there are several.
struct NfsTransport {
  std::string_view protocol;  // "tcp", "udp" or "rdma".
  // In the order of tcp in statvers 1.1: port, bind, connect, connect idle, idle time (s), sends,
  // receives, bad XIDs, requests in flight summed up, backlog, RPC slots, sending and pending
  // queue. What another protocol or statvers 1.0 does not have is 0, as node_exporter has it.
  std::array<std::uint64_t, 13> values{};
};

// A line of the per-operation statistics: requests, transmissions, major timeouts, bytes sent and
// received, time in queue, until the response and in all (ms).
struct NfsOperation {
  std::string_view name;
  std::array<std::uint64_t, 8> values{};
};

// What /proc/self/mountstats has of one NFS mount. All views go into the text.
struct NfsMount {
  std::string_view device;       // "server:/export", with the kernel's octal escapes.
  std::string_view mount_point;  // With them, too.
  std::uint64_t age = 0;         // Seconds since it was mounted.
  std::array<std::uint64_t, 8> bytes{};
  std::array<std::uint64_t, 27> events{};
  std::vector<NfsTransport> transports;
  std::vector<NfsOperation> operations;
};

// Takes /proc/self/mountstats apart, mount by mount. The text must outlive it.
class MountstatsScanner {
 public:
  // `path` is for messages.
  MountstatsScanner(std::string_view text, std::string_view path) : lines_(text), path_(path) {}

  // The next NFS mount that has statistics; false at the end. Storage of `mount` is used again.
  // A mount with a bad line is passed over and remembered in status().
  bool Next(NfsMount& mount);

  // kParse of the first bad line.
  const Status& status() const { return status_; }

 private:
  Status ReadStatistics(std::string_view version, NfsMount& mount);
  Status ReadLine(std::string_view line, std::string_view version, NfsMount& mount) const;
  Status ReadOperations(NfsMount& mount);
  Status ReadTransport(std::string_view line, std::string_view version, NfsMount& mount) const;
  bool NextOfMount(std::string_view& line);

  kernel::LineScanner lines_;
  std::string_view path_;
  Status status_;
};

// The servers' addresses as /proc/self/mountinfo has them, for mounts in the order of mountstats,
// which is that of mountinfo. One thread at a time.
class NfsAddresses {
 public:
  // Takes the NFS mounts from the text, which must outlive what Next gives.
  void Read(std::string_view mountinfo);

  // "addr" of the next mount of `device`; "" where there is none.
  std::string_view Next(std::string_view device);

 private:
  struct Entry {
    std::string_view device;
    std::string_view address;
  };
  std::vector<Entry> entries_;  // In the order of the text.
  std::size_t next_ = 0;
};

}  // namespace hostpulse::collectors
