#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "collectors/http_endpoint.h"
#include "core/clock.h"
#include "core/result.h"
#include "core/unique_fd.h"

namespace hostpulse::collectors {

struct HttpLimits {
  std::chrono::nanoseconds time = std::chrono::milliseconds(900);  // From connecting to the end.
  std::size_t head_bytes = std::size_t{16} << 10;
  std::size_t body_bytes = std::size_t{16} << 20;
};

// Asks one server, with a connection for each request: HTTP/1.0, so that an answer is never
// chunked. Bounded in time and bytes whatever the server does, but for the look-up of its name. Not
// for what needs TLS, redirects or a proxy: that is the business of libcurl. One thread at a time.
class HttpClient {
 public:
  // `clock` must outlive it.
  HttpClient(HttpEndpoint endpoint, const Clock& clock, HttpLimits limits = {});

  // Posts the body and gives that of the answer, valid until the next Post. Each error names the
  // URL: kAbsent (no such socket), kPermission (also 401 and 403), kTimeout, kParse (no HTTP, or
  // cut off), kIo (the rest, with the status where it is not 200).
  Result<std::string_view> Post(std::string_view content_type, std::string_view body);

 private:
  Status Connect();
  Status ConnectTo(int family, const void* address, unsigned size);
  Status ConnectByName();
  Status Send();
  Status Receive();
  // Without the empty line behind it; empty where there is none yet.
  std::string_view HeadOfAnswer() const;
  bool IsComplete() const;
  Result<std::string_view> BodyOfAnswer() const;
  // Waits until the socket is ready for it, within the time.
  Status Await(short events, const char* what) const;
  Status Error(ErrorCode code, std::string_view what) const;
  Status ErrnoError(const char* what, int error) const;

  const HttpEndpoint endpoint_;
  const Clock& clock_;
  const HttpLimits limits_;
  MonotonicTime deadline_;
  UniqueFd socket_;
  std::string request_;
  std::string answer_;  // Its first size_ bytes, the rest is storage.
  std::size_t size_ = 0;
};

}  // namespace hostpulse::collectors
