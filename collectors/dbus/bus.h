#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "collectors/host_paths.h"
#include "core/function_ref.h"
#include "core/result.h"

namespace hostpulse::collectors::dbus {

// Who is spoken to, in D-Bus' own syntax of addresses ("unix:path=/run/...", several with ';').
struct Address {
  std::string text;
  bool direct = false;  // The service itself answers there, without a bus in between.
};

// The system bus: DBUS_SYSTEM_BUS_ADDRESS where it is set, else the socket below paths.rootfs and,
// where that is not "/", the one at the same place here, which containers are often given.
Address SystemBus(const HostPaths& paths);

// The socket on which systemd itself listens, for root only.
Address SystemdPrivate(const HostPaths& paths);

// Names for one call; nothing is copied.
struct Object {
  const char* service;    // "org.freedesktop.login1"
  const char* path;       // "/org/freedesktop/login1"
  const char* interface;  // "org.freedesktop.login1.Manager"
};

// A basic value of a message. Unsigned numbers of every width are std::uint64_t; names and object
// paths are text, which holds until the next call on the bus.
using Value = std::variant<bool, std::uint64_t, std::string_view>;

using RowVisitor = FunctionRef<void(std::span<const Value> row)>;

// A connection for one collection. Errors of the calls, each naming object and member:
// kAbsent (no such service, object or member), kPermission, kTimeout, kParse (a value of another
// type than asked for), kIo (the rest, a lost connection among them). One thread at a time.
class Bus {
 public:
  virtual ~Bus() = default;

  // Connects and waits for the greeting. From here to Disconnect all calls together may take
  // `time`, and none longer than a second; what comes later fails with kTimeout without waiting.
  // Errors: kAbsent where nothing listens there, kPermission, kTimeout, kIo.
  virtual Status Connect(const Address& address, std::chrono::nanoseconds time) = 0;
  virtual void Disconnect() = 0;

  // One property of an object.
  virtual Result<Value> Get(const Object& object, const char* property) = 0;

  // Calls a method without arguments whose answer is an array of structs of basic values, as in
  // "a(susso)", and `visit` for each of them. No other call may be made meanwhile.
  virtual Status List(const Object& object, const char* method, const char* signature,
                      RowVisitor visit) = 0;

  // Get, and kParse for a value of another type.
  Result<std::string_view> GetText(const Object& object, const char* property);
  Result<std::uint64_t> GetNumber(const Object& object, const char* property);
  Result<bool> GetBool(const Object& object, const char* property);
};

}  // namespace hostpulse::collectors::dbus
