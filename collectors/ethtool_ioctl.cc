#include "collectors/ethtool_ioctl.h"

#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <new>
#include <utility>

#include "core/unique_fd.h"

namespace hostpulse::collectors {
namespace {

constexpr std::uint32_t kMostStats = 32768;

class EthtoolSocket {
 public:
  int Call(std::string_view device, void* command) {
    ifreq request{};
    if (device.size() >= sizeof request.ifr_name) return ENODEV;
    device.copy(request.ifr_name, device.size());
    request.ifr_data = static_cast<char*>(command);
    if (!socket_) socket_.reset(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    // Without IPv4 in the kernel any other socket will do.
    if (!socket_) socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return ::ioctl(socket_.get(), SIOCETHTOOL, &request) == 0 ? 0 : errno;
  }

 private:
  UniqueFd socket_;
};

}  // namespace

EthtoolCall KernelEthtool() {
  auto socket = std::make_shared<EthtoolSocket>();
  return [socket](std::string_view device, void* command) { return socket->Call(device, command); };
}

EthtoolIoctl::EthtoolIoctl(EthtoolCall call) : call_(std::move(call)) {}

int EthtoolIoctl::ReadSettings(std::string_view device, ethtool_cmd& settings) {
  settings = {};
  settings.cmd = ETHTOOL_GSET;
  return call_(device, &settings);
}

int EthtoolIoctl::ReadDriver(std::string_view device, ethtool_drvinfo& driver) {
  driver = {};
  driver.cmd = ETHTOOL_GDRVINFO;
  return call_(device, &driver);
}

int EthtoolIoctl::ReadStats(std::string_view device, std::uint32_t count, EthtoolStats& stats) {
  stats = {};
  if (count == 0) return 0;
  if (count > kMostStats) return E2BIG;
  const std::size_t names_size = std::size_t{count} * ETH_GSTRING_LEN;
  auto* const names_at = names_.Reserve(sizeof(ethtool_gstrings) + names_size);
  auto* const values_at =
      values_.Reserve(sizeof(ethtool_stats) + std::size_t{count} * sizeof(std::uint64_t));
  if (names_at == nullptr || values_at == nullptr) return ENOMEM;

  auto* const names = new (names_at) ethtool_gstrings{};
  names->cmd = ETHTOOL_GSTRINGS;
  names->string_set = ETH_SS_STATS;
  names->len = count;
  if (const int error = call_(device, names); error != 0) return error;
  auto* const values = new (values_at) ethtool_stats{};
  values->cmd = ETHTOOL_GSTATS;
  values->n_stats = count;
  if (const int error = call_(device, values); error != 0) return error;
  if (names->len != count || values->n_stats != count) return EAGAIN;

  stats.names = {reinterpret_cast<const char*>(names->data), names_size};
  stats.values = {values->data, count};
  return 0;
}

}  // namespace hostpulse::collectors
