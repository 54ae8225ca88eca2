#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "collectors/ntp.h"

namespace hostpulse::collectors {

// Whether it is an address of the loopback interface: 127.0.0.0/8, ::1. A name is none.
bool IsLoopbackAddress(const std::string& server);

// Over UDP, with a socket and so a port of its own for each question. `server` is an address or a
// name, which is looked up for each question. `ttl` 0 leaves the system's time to live.
std::unique_ptr<NtpExchange> MakeNtpUdp(std::string server, std::uint16_t port, int ttl);

}  // namespace hostpulse::collectors
