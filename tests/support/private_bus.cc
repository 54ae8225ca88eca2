#include "tests/support/private_bus.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace hostpulse::test {
namespace {

constexpr std::uint64_t kPatience = 50'000;  // Microseconds until it looks whether to end.

std::string WriteConfiguration(const std::string& directory, const std::string& socket) {
  std::filesystem::create_directories(std::filesystem::path(socket).parent_path());
  const std::string path = directory + "/bus.conf";
  std::ofstream(path) << "<busconfig><type>custom</type><listen>unix:path=" << socket
                      << "</listen><auth>EXTERNAL</auth><policy context=\"default\">"
                         "<allow send_destination=\"*\"/><allow receive_sender=\"*\"/>"
                         "<allow own=\"*\"/></policy></busconfig>";
  return path;
}

}  // namespace

PrivateBus::PrivateBus(const std::string& directory, const std::string& socket) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
  UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const std::string configuration = "--config-file=" + WriteConfiguration(directory, socket);
  // The address is printed once it listens.
  const std::array<const char*, 7> arguments = {
      "dbus-daemon", configuration.c_str(), "--nofork", "--nopidfile",
      "--nosyslog",  "--print-address=1",   nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, writer.get(), STDOUT_FILENO);
  // It complains where it may not raise its limit of descriptors.
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const int error = ::posix_spawnp(&pid_, arguments[0], &actions, nullptr,
                                   const_cast<char* const*>(arguments.data()), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    pid_ = -1;
    return;
  }
  writer.reset();
  char first = 0;
  if (::read(reader.get(), &first, 1) != 1) ADD_FAILURE() << "dbus-daemon ended at once";
}

PrivateBus::~PrivateBus() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

ScriptedService::ScriptedService(const ServiceScript& script, const std::string& socket,
                                 const char* name)
    : script_(script) {
  const auto callback = [](sd_bus_message* call, void* self, sd_bus_error*) {
    return static_cast<ScriptedService*>(self)->Answer(call);
  };
  EXPECT_GE(::sd_bus_new(&bus_), 0);
  EXPECT_GE(::sd_bus_set_address(bus_, ("unix:path=" + socket).c_str()), 0);
  EXPECT_GE(::sd_bus_set_bus_client(bus_, 1), 0);
  EXPECT_GE(::sd_bus_start(bus_), 0);
  EXPECT_GE(::sd_bus_request_name(bus_, name, 0), 0);
  EXPECT_GE(::sd_bus_add_filter(bus_, nullptr, callback, this), 0);
  thread_ = std::thread([this] { Serve(); });
}

ScriptedService::ScriptedService(const ServiceScript& script, const std::string& socket)
    : script_(script), listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  std::filesystem::create_directories(std::filesystem::path(socket).parent_path());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket.data(), socket.size());
  EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(listener_.get(), 1), 0);
  thread_ = std::thread([this] { AcceptAndServe(); });
}

ScriptedService::~ScriptedService() {
  ending_ = true;
  if (listener_) ::shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
  ::sd_bus_close(bus_);
  ::sd_bus_unref(bus_);
}

void ScriptedService::AcceptAndServe() {
  const int peer = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (peer < 0) return;
  const auto callback = [](sd_bus_message* call, void* self, sd_bus_error*) {
    return static_cast<ScriptedService*>(self)->Answer(call);
  };
  ::sd_bus_new(&bus_);
  ::sd_bus_set_fd(bus_, peer, peer);
  ::sd_bus_set_server(bus_, 1, sd_id128_t{{1}});
  ::sd_bus_add_filter(bus_, nullptr, callback, this);
  ::sd_bus_start(bus_);
  Serve();
}

void ScriptedService::Serve() {
  while (!ending_) {
    const int done = ::sd_bus_process(bus_, nullptr);
    if (done < 0) return;
    if (done == 0) ::sd_bus_wait(bus_, kPatience);
  }
}

int ScriptedService::Answer(sd_bus_message* call) const {
  if (::sd_bus_message_is_method_call(call, "org.freedesktop.DBus.Properties", "Get") > 0) {
    return AnswerProperty(call);
  }
  const char* const member = ::sd_bus_message_get_member(call);
  if (member == nullptr || ::sd_bus_message_is_method_call(call, nullptr, nullptr) <= 0) return 0;
  if (const auto error = script_.errors.find(member); error != script_.errors.end()) {
    return ::sd_bus_reply_method_errorf(call, error->second.c_str(), "as the test wants it");
  }
  const auto rows = script_.methods.find(member);
  return rows == script_.methods.end() ? 0 : AnswerRows(call, rows->second);
}

int ScriptedService::AnswerProperty(sd_bus_message* call) const {
  const char* interface = nullptr;
  const char* name = nullptr;
  ::sd_bus_message_read(call, "ss", &interface, &name);
  const auto found = script_.properties.find({::sd_bus_message_get_path(call), interface, name});
  if (found == script_.properties.end()) {
    return ::sd_bus_reply_method_errorf(call, SD_BUS_ERROR_UNKNOWN_PROPERTY, "no %s", name);
  }
  struct Reply {
    sd_bus_message* call;
    int operator()(ServiceScript::Silence) const { return 1; }
    int operator()(bool value) const {
      return ::sd_bus_reply_method_return(call, "v", "b", value ? 1 : 0);
    }
    int operator()(std::uint32_t value) const {
      return ::sd_bus_reply_method_return(call, "v", "u", value);
    }
    int operator()(std::uint64_t value) const {
      return ::sd_bus_reply_method_return(call, "v", "t", value);
    }
    int operator()(std::int32_t value) const {
      return ::sd_bus_reply_method_return(call, "v", "i", value);
    }
    int operator()(const std::string& value) const {
      return ::sd_bus_reply_method_return(call, "v", "s", value.c_str());
    }
  };
  std::visit(Reply{call}, found->second);
  return 1;
}

int ScriptedService::AnswerRows(sd_bus_message* call, const ServiceScript::Rows& rows) const {
  sd_bus_message* reply = nullptr;
  ::sd_bus_message_new_method_return(call, &reply);
  const std::string row_signature = "(" + rows.signature + ")";
  ::sd_bus_message_open_container(reply, 'a', row_signature.c_str());
  for (const auto& row : rows.rows) {
    ::sd_bus_message_open_container(reply, 'r', rows.signature.c_str());
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto number = static_cast<std::uint32_t>(std::atoi(row[i].c_str()));
      const char type = rows.signature[i];
      const void* const value = type == 'u' ? static_cast<const void*>(&number)
                                            : static_cast<const void*>(row[i].c_str());
      ::sd_bus_message_append_basic(reply, type, value);
    }
    ::sd_bus_message_close_container(reply);
  }
  ::sd_bus_message_close_container(reply);
  ::sd_bus_send(nullptr, reply, nullptr);
  ::sd_bus_message_unref(reply);
  return 1;
}

}  // namespace hostpulse::test
