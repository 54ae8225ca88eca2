#include "collectors/device_filter.h"

#include <re2/re2.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace hostpulse::collectors {
namespace {

std::unique_ptr<re2::RE2> Make(std::string_view expression) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);  // Of the automaton; filters of device names stay far below.
  return std::make_unique<re2::RE2>(re2::StringPiece(expression.data(), expression.size()),
                                    options);
}

}  // namespace

Pattern::Pattern(std::unique_ptr<re2::RE2> expression) : expression_(std::move(expression)) {}

Result<Pattern> Pattern::Compile(std::string_view expression) {
  auto compiled = Make(expression);
  if (compiled->ok()) return Pattern(std::move(compiled));
  std::string message = "bad regular expression \"";
  message.append(expression).append("\": ").append(compiled->error());
  message.append(" (Go's syntax, as RE2 has it)");
  return Status(ErrorCode::kInvalid, std::move(message));
}

Pattern::Pattern(std::string_view expression) : expression_(Make(expression)) {
  if (!expression_->ok()) {
    std::fprintf(stderr, "bad regular expression: %s\n", expression_->error().c_str());
    std::abort();
  }
}

Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

bool Pattern::Matches(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression_);
}

Result<DeviceFilter> DeviceFilter::FromFlags(const FlagValues& flags, std::string_view include_flag,
                                             std::string_view exclude_flag) {
  const std::string include = include_flag.empty() ? "" : flags.String(include_flag);
  const std::string exclude = exclude_flag.empty() ? "" : flags.String(exclude_flag);
  if (!include.empty() && !exclude.empty()) {
    std::string message = "--";
    message.append(include_flag).append(" and --").append(exclude_flag);
    return Status(ErrorCode::kInvalid, message + " are mutually exclusive: give one of them");
  }
  return DeviceFilter(include, exclude);
}

DeviceFilter::DeviceFilter(std::string_view include, std::string_view exclude)
    : include_(include.empty() ? nullptr : std::make_unique<Pattern>(include)),
      exclude_(exclude.empty() ? nullptr : std::make_unique<Pattern>(exclude)) {}

DeviceFilter::DeviceFilter(DeviceFilter&&) noexcept = default;
DeviceFilter& DeviceFilter::operator=(DeviceFilter&&) noexcept = default;
DeviceFilter::~DeviceFilter() = default;

bool DeviceFilter::operator()(std::string_view device) const {
  if (include_ != nullptr && !include_->Matches(device)) return false;
  return exclude_ == nullptr || !exclude_->Matches(device);
}

}  // namespace hostpulse::collectors
