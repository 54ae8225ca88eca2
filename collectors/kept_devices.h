#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace hostpulse::collectors {

// What a collector keeps of each device (descriptors, parsed files) from one collection to the
// next; that of a device which was not seen goes. Finding the devices in the order of their names
// is cheapest. One thread at a time.
//
//   devices.Begin();  ... devices.FindOrAdd(name, arguments of a Device) ...  devices.End();
template <typename Device>
class KeptDevices {
 public:
  void Begin() {
    ++cycle_;
    seen_ = 0;
    next_ = devices_.begin();
  }

  // The device of this name, or null; holds until the End of a cycle in which it was not found.
  Device* Find(std::string_view name) {
    if (next_ == devices_.end() || next_->first != name) next_ = devices_.find(name);
    return next_ == devices_.end() ? nullptr : &See((next_++)->second);
  }

  // Makes the device, which must not be there.
  template <typename... Arguments>
  Device& Add(std::string_view name, Arguments&&... arguments) {
    const auto added =
        devices_.try_emplace(std::string(name), std::forward<Arguments>(arguments)...).first;
    next_ = std::next(added);
    return See(added->second);
  }

  template <typename... Arguments>
  Device& FindOrAdd(std::string_view name, Arguments&&... arguments) {
    if (Device* const known = Find(name)) return *known;
    return Add(name, std::forward<Arguments>(arguments)...);
  }

  void End() {
    if (seen_ == devices_.size()) return;
    std::erase_if(devices_, [this](const auto& item) { return item.second.cycle != cycle_; });
    next_ = devices_.begin();  // It may have been one of those.
  }

  // Calls visit(name, device) for each, in the order of their names.
  template <typename Visit>
  void ForEach(Visit visit) {
    for (auto& [name, entry] : devices_) visit(std::string_view(name), entry.device);
  }

  std::size_t size() const { return devices_.size(); }

 private:
  struct Entry {
    template <typename... Arguments>
    explicit Entry(Arguments&&... arguments) : device(std::forward<Arguments>(arguments)...) {}
    Device device;
    std::uint64_t cycle = 0;
  };
  using Map = std::map<std::string, Entry, std::less<>>;

  Device& See(Entry& entry) {
    if (entry.cycle != cycle_) ++seen_;
    entry.cycle = cycle_;
    return entry.device;
  }

  Map devices_;
  typename Map::iterator next_ = devices_.begin();
  std::uint64_t cycle_ = 0;
  std::size_t seen_ = 0;
};

}  // namespace hostpulse::collectors
