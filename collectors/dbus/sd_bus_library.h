#pragma once

#include <systemd/sd-bus.h>

#include <memory>

#include "core/result.h"

namespace hostpulse::collectors::dbus {

// What is used of libsystemd.so.0, which is loaded at run time: linked, it and its libraries would
// cost every host memory, and most hosts enable no collector that speaks D-Bus.
struct SdBusLibrary {
  // Errors: kIo where the library is missing or older than systemd 237.
  static Result<SdBusLibrary> Load();

  std::shared_ptr<void> handle;  // The functions are there as long as it is.

  decltype(&::sd_bus_new) bus_new = nullptr;
  decltype(&::sd_bus_set_address) set_address = nullptr;
  decltype(&::sd_bus_set_bus_client) set_bus_client = nullptr;
  decltype(&::sd_bus_start) start = nullptr;
  decltype(&::sd_bus_is_ready) is_ready = nullptr;
  decltype(&::sd_bus_process) process = nullptr;
  decltype(&::sd_bus_wait) wait = nullptr;
  decltype(&::sd_bus_close) close = nullptr;
  decltype(&::sd_bus_unref) bus_unref = nullptr;
  decltype(&::sd_bus_call) call = nullptr;
  decltype(&::sd_bus_error_free) error_free = nullptr;
  decltype(&::sd_bus_message_new_method_call) new_method_call = nullptr;
  decltype(&::sd_bus_message_append_basic) append_basic = nullptr;
  decltype(&::sd_bus_message_has_signature) has_signature = nullptr;
  decltype(&::sd_bus_message_peek_type) peek_type = nullptr;
  decltype(&::sd_bus_message_enter_container) enter_container = nullptr;
  decltype(&::sd_bus_message_exit_container) exit_container = nullptr;
  decltype(&::sd_bus_message_read_basic) read_basic = nullptr;
  decltype(&::sd_bus_message_unref) message_unref = nullptr;
};

}  // namespace hostpulse::collectors::dbus
