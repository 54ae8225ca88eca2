// The kernel's identity, from uname(2).

#include <sys/utsname.h>

#include <array>
#include <cerrno>

#include "collectors/collector.h"

namespace hostpulse::collectors {
namespace {

constexpr std::array<MetricDesc, 1> kMetrics = {{
    {"node_uname_info", kGauge, "domainname,machine,nodename,release,sysname,version", "1",
     "Names that the kernel gives itself and this host; the value is always 1."},
}};

class UnameCollector final : public Collector {
 public:
  Status Collect(MetricBatch& out) override {
    utsname names{};
    if (::uname(&names) != 0) return kernel::ErrnoStatus("uname", "call", errno);
    out.Family(kMetrics[0])
        .Add({{"domainname", names.domainname},
              {"machine", names.machine},
              {"nodename", names.nodename},
              {"release", names.release},
              {"sysname", names.sysname},
              {"version", names.version}},
             1);
    return {};
  }
};

Result<std::unique_ptr<Collector>> MakeUname(const CollectorContext&) {
  return std::unique_ptr<Collector>(std::make_unique<UnameCollector>());
}

}  // namespace

extern constinit const CollectorSpec kUnameCollector = {
    .name = "uname",
    .help = "Kernel release, machine and host name as labels (uname(2)).",
    .make = MakeUname,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
