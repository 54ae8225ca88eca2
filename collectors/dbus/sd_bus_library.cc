#include "collectors/dbus/sd_bus_library.h"

#include <dlfcn.h>

#include <string>

namespace hostpulse::collectors::dbus {
namespace {

constexpr const char* kName = "libsystemd.so.0";

Status Failure() {
  const char* const reason = ::dlerror();
  return {ErrorCode::kIo,
          "cannot load libsystemd, which is needed to speak D-Bus (Debian: package "
          "libsystemd0): " +
              std::string(reason == nullptr ? kName : reason)};
}

template <typename Function>
bool Find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

}  // namespace

Result<SdBusLibrary> SdBusLibrary::Load() {
  void* const handle = ::dlopen(kName, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return Failure();
  SdBusLibrary sd;
  sd.handle = std::shared_ptr<void>(handle, ::dlclose);
  const bool complete = Find(handle, "sd_bus_new", sd.bus_new) &&
                        Find(handle, "sd_bus_set_address", sd.set_address) &&
                        Find(handle, "sd_bus_set_bus_client", sd.set_bus_client) &&
                        Find(handle, "sd_bus_start", sd.start) &&  //
                        Find(handle, "sd_bus_is_ready", sd.is_ready) &&
                        Find(handle, "sd_bus_process", sd.process) &&  //
                        Find(handle, "sd_bus_wait", sd.wait) &&        //
                        Find(handle, "sd_bus_close", sd.close) &&      //
                        Find(handle, "sd_bus_unref", sd.bus_unref) &&  //
                        Find(handle, "sd_bus_call", sd.call) &&        //
                        Find(handle, "sd_bus_error_free", sd.error_free) &&
                        Find(handle, "sd_bus_message_new_method_call", sd.new_method_call) &&
                        Find(handle, "sd_bus_message_append_basic", sd.append_basic) &&
                        Find(handle, "sd_bus_message_has_signature", sd.has_signature) &&
                        Find(handle, "sd_bus_message_peek_type", sd.peek_type) &&
                        Find(handle, "sd_bus_message_enter_container", sd.enter_container) &&
                        Find(handle, "sd_bus_message_exit_container", sd.exit_container) &&
                        Find(handle, "sd_bus_message_read_basic", sd.read_basic) &&
                        Find(handle, "sd_bus_message_unref", sd.message_unref);
  if (!complete) return Failure();
  return sd;
}

}  // namespace hostpulse::collectors::dbus
