#pragma once

namespace hostpulse::http {

// How a step on a non-blocking connection ended: something was done, it waits for the socket to be
// readable or writable, or the connection is at its end.
enum class IoStep { kProgress, kWantRead, kWantWrite, kEnd };

}  // namespace hostpulse::http
