#include "collectors/link_watch.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <span>

#include "core/metrics/kept_order.h"

namespace hostpulse::collectors {
namespace {

class Digest {
 public:
  void Add(std::uint64_t value) {
    constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;  // 2^64 divided by the golden ratio.
    value_ = (value_ ^ value) * kGolden;
    value_ ^= value_ >> 32U;
  }
  void Add(std::string_view text) { Add(std::hash<std::string_view>{}(text)); }
  void Add(std::span<const std::byte> bytes) {
    Add(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }
  template <typename T>
  void Add(const std::optional<T>& value) {
    Add(value ? std::uint64_t{*value} + 1 : 0);
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

std::uint64_t DigestOf(const Link& link) {
  Digest digest;
  digest.Add(std::uint64_t{link.index});
  digest.Add(std::uint64_t{link.flags});
  digest.Add(std::uint64_t{link.type});
  digest.Add(link.name);
  digest.Add(link.alias);
  digest.Add(link.address);
  digest.Add(link.broadcast);
  for (const auto& value :
       {link.link, link.mtu, link.group, link.transmit_queue_length, link.promiscuity,
        link.all_multicast, link.carrier_changes, link.carrier_up_count, link.carrier_down_count}) {
    digest.Add(value);
  }
  for (const auto& value : {link.carrier, link.link_mode, link.operstate}) digest.Add(value);
  return digest.value();
}

}  // namespace

void LinkWatch::Refresh() {
  used_ = 0;
  if (!DumpLinks(dump_, [this](const Link& link) { Take(link); })) used_ = 0;
  KeepSorted(order_, used_, [this](std::uint32_t a, std::uint32_t b) {
    return states_[a].name.compare(states_[b].name);
  });
}

void LinkWatch::Take(const Link& link) {
  if (used_ == states_.size()) states_.emplace_back();
  State& state = states_[used_++];
  state.name.assign(link.name);
  state.index = link.index;
  state.mtu = link.mtu.value_or(0);
  state.digest = DigestOf(link);
}

const LinkWatch::State* LinkWatch::Find(std::string_view name) const {
  const auto found = std::lower_bound(order_.begin(), order_.end(), name,
                                      [this](std::uint32_t index, std::string_view wanted) {
                                        return states_[index].name < wanted;
                                      });
  return found != order_.end() && states_[*found].name == name ? &states_[*found] : nullptr;
}

}  // namespace hostpulse::collectors
