#pragma once

#include <sys/types.h>
#include <systemd/sd-bus.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <variant>
#include <vector>

#include "core/unique_fd.h"

namespace hostpulse::test {

// A dbus-daemon of its own that listens on this socket, ended with the object.
class PrivateBus {
 public:
  // `directory` is for its configuration. Look at running() before use.
  PrivateBus(const std::string& directory, const std::string& socket);
  PrivateBus(const PrivateBus&) = delete;
  PrivateBus& operator=(const PrivateBus&) = delete;
  ~PrivateBus();

  // False where there is no dbus-daemon on this host.
  bool running() const { return pid_ > 0; }

 private:
  pid_t pid_ = -1;
};

// What a ScriptedService answers; not changed while it serves.
struct ServiceScript {
  // Without an answer at all.
  struct Silence {};
  using Value =
      std::variant<Silence, bool, std::uint32_t, std::uint64_t, std::int32_t, std::string>;

  // By path, interface and name; the rest is answered with UnknownProperty.
  std::map<std::tuple<std::string, std::string, std::string>, Value> properties;
  // By method: the signature of the rows ("ss"), and their fields as text.
  struct Rows {
    std::string signature;
    std::vector<std::vector<std::string>> rows;
  };
  std::map<std::string, Rows> methods;
  // By method: the name of an error.
  std::map<std::string, std::string> errors;
};

// Plays a service in a thread of its own, by a script that must outlive it.
class ScriptedService {
 public:
  // Under this name on the bus that listens on the socket.
  ScriptedService(const ServiceScript& script, const std::string& socket, const char* name);
  // On a socket of its own, for one connection without a bus, as systemd's private one.
  ScriptedService(const ServiceScript& script, const std::string& socket);
  ScriptedService(const ScriptedService&) = delete;
  ScriptedService& operator=(const ScriptedService&) = delete;
  ~ScriptedService();

 private:
  void Serve();
  void AcceptAndServe();
  int Answer(sd_bus_message* call) const;
  int AnswerProperty(sd_bus_message* call) const;
  int AnswerRows(sd_bus_message* call, const ServiceScript::Rows& rows) const;

  const ServiceScript& script_;
  std::atomic<bool> ending_ = false;
  UniqueFd listener_;
  sd_bus* bus_ = nullptr;
  std::thread thread_;
};

}  // namespace hostpulse::test
