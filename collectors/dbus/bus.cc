#include "collectors/dbus/bus.h"

#include <cstdlib>

namespace hostpulse::collectors::dbus {
namespace {

// What the specification lets stand in the value of an address; the rest is written as %XX.
bool IsPlain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("-_/.\\*").find(c) != std::string_view::npos;
}

std::string UnixAddress(std::string_view path) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string address = "unix:path=";
  for (const char c : path) {
    if (IsPlain(c)) {
      address += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    ((address += '%') += kDigits[byte >> 4]) += kDigits[byte & 15];
  }
  return address;
}

std::string SocketBelow(const HostPaths& paths, std::string_view socket) {
  const std::string below_root = paths.Root(socket);
  std::string address = UnixAddress(below_root);
  if (below_root != socket) (address += ';') += UnixAddress(socket);
  return address;
}

template <typename T>
Result<T> As(Result<Value> value, const Object& object, const char* property) {
  if (!value) return std::move(value).status();
  if (const T* const right = std::get_if<T>(&*value)) return *right;
  return {ErrorCode::kParse,
          std::string(object.interface) + "." + property + ": is of another type than expected"};
}

}  // namespace

Address SystemBus(const HostPaths& paths) {
  const char* const chosen = std::getenv("DBUS_SYSTEM_BUS_ADDRESS");
  if (chosen != nullptr && *chosen != '\0') return {.text = chosen};
  return {.text = SocketBelow(paths, "/run/dbus/system_bus_socket")};
}

Address SystemdPrivate(const HostPaths& paths) {
  return {.text = SocketBelow(paths, "/run/systemd/private"), .direct = true};
}

Result<std::string_view> Bus::GetText(const Object& object, const char* property) {
  return As<std::string_view>(Get(object, property), object, property);
}

Result<std::uint64_t> Bus::GetNumber(const Object& object, const char* property) {
  return As<std::uint64_t>(Get(object, property), object, property);
}

Result<bool> Bus::GetBool(const Object& object, const char* property) {
  return As<bool>(Get(object, property), object, property);
}

}  // namespace hostpulse::collectors::dbus
