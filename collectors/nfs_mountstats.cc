#include "collectors/nfs_mountstats.h"

#include <algorithm>
#include <span>
#include <utility>

#include "collectors/kernel/kernel_file.h"
#include "collectors/mountinfo.h"

namespace hostpulse::collectors {
namespace {

constexpr std::size_t kOldTransportValues = 10;  // Of statvers 1.0 with tcp.
// Where udp has no numbers: it makes no connection.
constexpr std::size_t kConnectionValue = 2;
constexpr std::size_t kConnectionValues = 3;

bool IsMount(std::string_view line) {
  return line.starts_with("device ") || line.starts_with("no device ");
}

// Fills `values` from the fields; false where one is missing or no number.
bool ReadNumbers(kernel::FieldScanner& fields, std::span<std::uint64_t> values) {
  return std::ranges::all_of(values, [&fields](std::uint64_t& value) {
    const auto number = fields.NextNumber<std::uint64_t>();
    value = number.value_or(0);
    return number.has_value();
  });
}

// "device D mounted on M with fstype T [statvers=V]"
struct MountHead {
  std::string_view device;
  std::string_view mount_point;
  std::string_view fs_type;
  std::string_view version;  // "" where the mount has no statistics.
};

bool ReadHead(std::string_view line, MountHead& head) {
  constexpr std::string_view kVersion = "statvers=";
  kernel::FieldScanner fields(line);
  if (fields.Next() != "device") return false;
  head.device = fields.Next();
  if (fields.Next() != "mounted" || fields.Next() != "on") return false;
  head.mount_point = fields.Next();
  if (fields.Next() != "with" || fields.Next() != "fstype") return false;
  head.fs_type = fields.Next();
  head.version = fields.Next();
  if (head.version.starts_with(kVersion)) head.version.remove_prefix(kVersion.size());
  return !head.fs_type.empty();
}

// The value of the last option of this name, "" where there is none: "rw,addr=192.0.2.1".
std::string_view OptionValue(std::string_view options, std::string_view name) {
  std::string_view value;
  while (!options.empty()) {
    const std::size_t comma = options.find(',');
    const std::string_view option = options.substr(0, comma);
    if (option.starts_with(name) && option.substr(name.size()).starts_with('=')) {
      value = option.substr(name.size() + 1);
    }
    options.remove_prefix(comma == options.npos ? options.size() : comma + 1);
  }
  return value;
}

}  // namespace

bool MountstatsScanner::Next(NfsMount& mount) {
  for (std::string_view line; lines_.Next(line);) {
    if (!line.starts_with("device ")) continue;
    MountHead head;
    Status status;
    if (!ReadHead(line, head)) {
      status = kernel::ParseError(path_, "device", line);
    } else if (head.version.empty() || (head.fs_type != "nfs" && head.fs_type != "nfs4")) {
      continue;
    } else {
      mount.device = head.device;
      mount.mount_point = head.mount_point;
      status = ReadStatistics(head.version, mount);
      if (status.ok()) return true;
    }
    if (status_.ok()) status_ = std::move(status);
  }
  return false;
}

// The next line of the mount; false at its end, which is an empty line.
bool MountstatsScanner::NextOfMount(std::string_view& line) {
  kernel::LineScanner ahead = lines_;
  if (!ahead.Next(line) || IsMount(line)) return false;
  lines_ = ahead;
  return !kernel::Trim(line).empty();
}

Status MountstatsScanner::ReadStatistics(std::string_view version, NfsMount& mount) {
  mount.age = 0;
  mount.bytes.fill(0);
  mount.events.fill(0);
  mount.transports.clear();
  mount.operations.clear();
  for (std::string_view line; NextOfMount(line);) {
    if (kernel::FieldScanner(line).Next() == "per-op") return ReadOperations(mount);
    if (Status status = ReadLine(line, version, mount); !status) return status;
  }
  return {};
}

Status MountstatsScanner::ReadLine(std::string_view line, std::string_view version,
                                   NfsMount& mount) const {
  kernel::FieldScanner fields(line);
  const std::string_view key = fields.Next();
  bool fits = true;
  if (key == "age:") fits = ReadNumbers(fields, std::span(&mount.age, 1));
  if (key == "bytes:") fits = ReadNumbers(fields, mount.bytes);
  if (key == "events:") fits = ReadNumbers(fields, mount.events);
  if (key == "xprt:") return ReadTransport(line, version, mount);
  return fits ? Status() : kernel::ParseError(path_, key, line);
}

Status MountstatsScanner::ReadTransport(std::string_view line, std::string_view version,
                                        NfsMount& mount) const {
  kernel::FieldScanner fields(line);
  fields.Next();
  NfsTransport transport;
  transport.protocol = fields.Next();
  const bool udp = transport.protocol == "udp";
  const bool rdma = transport.protocol == "rdma";
  if (version != "1.0" && version != "1.1") return kernel::ParseError(path_, "statvers", line);
  if (!udp && !rdma && transport.protocol != "tcp") {
    return kernel::ParseError(path_, "protocol", line);
  }
  const std::span<std::uint64_t> values(transport.values);
  // What stands behind the old values of rdma is something else.
  const std::size_t count = rdma || version == "1.0" ? kOldTransportValues : values.size();
  const bool fits = udp ? ReadNumbers(fields, values.first(kConnectionValue)) &&
                              ReadNumbers(fields, values.first(count).subspan(kConnectionValue +
                                                                              kConnectionValues))
                        : ReadNumbers(fields, values.first(count));
  if (!fits) return kernel::ParseError(path_, "xprt", line);
  mount.transports.push_back(transport);
  return {};
}

Status MountstatsScanner::ReadOperations(NfsMount& mount) {
  for (std::string_view line; NextOfMount(line);) {
    kernel::FieldScanner fields(line);
    NfsOperation operation;
    operation.name = fields.Next();
    if (operation.name.ends_with(':')) operation.name.remove_suffix(1);
    if (!ReadNumbers(fields, operation.values)) {
      return kernel::ParseError(path_, operation.name, line);
    }
    mount.operations.push_back(operation);
  }
  return {};
}

void NfsAddresses::Read(std::string_view mountinfo) {
  entries_.clear();
  next_ = 0;
  kernel::LineScanner lines(mountinfo);
  for (std::string_view line; lines.Next(line);) {
    const auto mount = ParseMountLine(line);
    if (!mount || (mount->fs_type != "nfs" && mount->fs_type != "nfs4")) continue;
    entries_.push_back({mount->source, OptionValue(mount->super_options, "addr")});
  }
}

std::string_view NfsAddresses::Next(std::string_view device) {
  for (std::size_t i = next_; i < entries_.size(); ++i) {
    if (entries_[i].device != device) continue;
    next_ = i + 1;
    return entries_[i].address;
  }
  return {};  // It was mounted only just now: the others have not moved.
}

}  // namespace hostpulse::collectors
