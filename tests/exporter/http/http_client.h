#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/unique_fd.h"

namespace hostpulse::http {

// A client of bare sockets, which sends what it is told to, byte by byte if need be.
class RawClient {
 public:
  // "127.0.0.1:34567", "[::1]:34567", "unix:///path". Aborts the test program where it is refused.
  explicit RawClient(const std::string& address);
  // The same over a socket that is there already.
  RawClient(UniqueFd socket, const std::string& address);

  int fd() const { return fd_.get(); }
  bool Send(std::string_view bytes);
  void FinishSending();
  // One response: head and body by Content-Length (`has_body` false for HEAD). What came until
  // then where the connection ends or the time is over.
  std::string ReadResponse(bool has_body = true);
  // Everything until the other side closes.
  std::string ReadAll();
  // Whether the other side has closed, within the time.
  bool IsClosed();

 private:
  bool ReadMore();

  UniqueFd fd_;
  std::string buffer_;
};

// Sends a request on a connection of its own and returns the response.
std::string Ask(const std::string& address, std::string_view request);
// GET of a path, with more header lines if given ("X: y\r\n").
std::string Get(const std::string& address, std::string_view path, std::string_view headers = {});

int StatusOf(std::string_view response);  // 0 where there is none.
std::string BodyOf(std::string_view response);
std::string HeaderOf(std::string_view response, std::string_view name);

// How long any wait of these tests may take before it counts as never.
inline constexpr std::chrono::seconds kNever{20};

}  // namespace hostpulse::http
