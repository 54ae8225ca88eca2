#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "collectors/collector.h"
#include "core/result.h"

namespace hostpulse::collectors {

// One question to an NTP server and its answer. One thread at a time.
class NtpExchange {
 public:
  virtual ~NtpExchange() = default;

  // Gets ready to ask: what takes long and is not to be measured, such as finding the server's
  // address, is done here.
  virtual Status Prepare() = 0;

  // Sends `question` and waits for an answer, whose first bytes it puts into `answer`, and gives
  // their number. To be called once for each Prepare.
  // Errors: kTimeout after a second without an answer, kIo, kPermission.
  virtual Result<std::size_t> Ask(std::span<const std::byte> question,
                                  std::span<std::byte> answer) = 0;
};

// Makes the ntp collector on other means than UDP.
// Errors: kInvalid for flags whose values are out of their range.
Result<std::unique_ptr<Collector>> MakeNtp(const CollectorContext& context,
                                           std::unique_ptr<NtpExchange> exchange);

}  // namespace hostpulse::collectors
