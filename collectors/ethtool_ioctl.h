#pragma once

#include <linux/ethtool.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "collectors/guarded_buffer.h"

namespace hostpulse::collectors {

// The ioctl SIOCETHTOOL on an interface, or what a test puts in its place: `command` is a struct of
// linux/ethtool.h that begins with its number and is answered in place. Gives 0 or an errno.
using EthtoolCall = std::function<int(std::string_view device, void* command)>;

// Over a socket of its own, which is opened at the first use and kept.
EthtoolCall KernelEthtool();

// The statistics of a driver, until the next are read.
struct EthtoolStats {
  // ETH_GSTRING_LEN bytes each, padded with NULs; there may be none.
  std::span<const char> names;
  std::span<const __u64> values;
};

// What ethtool(8) shows of an interface. Each call may wait for the hardware, and gives 0 or an
// errno: ENODEV where there is no such interface, EOPNOTSUPP where its driver cannot tell. One
// thread at a time.
class EthtoolIoctl {
 public:
  explicit EthtoolIoctl(EthtoolCall call);

  // ETHTOOL_GSET: the first 32 link modes, which is all that node_exporter reports.
  int ReadSettings(std::string_view device, ethtool_cmd& settings);
  int ReadDriver(std::string_view device, ethtool_drvinfo& driver);
  // `count` as ReadDriver tells it (n_stats). EAGAIN where the driver has another number by now,
  // E2BIG for more than anybody would make series of.
  int ReadStats(std::string_view device, std::uint32_t count, EthtoolStats& stats);

 private:
  const EthtoolCall call_;
  GuardedBuffer names_;
  GuardedBuffer values_;
};

}  // namespace hostpulse::collectors
