#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hostpulse {

// What a failure asks of whoever sees it.
enum class ErrorCode {
  kOk,
  kAbsent,      // Not on this host: a debug line, never an alarm.
  kPermission,  // The process may not: one warning, then silence.
  kIo,          // The operating system refused or failed: an error, rate limited.
  kParse,       // The input is not what its format promises: an error, rate limited.
  kInvalid,     // A flag, file, key or request is wrong: the user is told what is accepted.
  kTimeout,     // It did not answer within its deadline.
};

// The outcome of something that may fail in an expected way: fine, or a code with a message that
// names what, where and, if it helps, what to do. Cheap to return: no allocation when fine.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == ErrorCode::kOk; }
  explicit operator bool() const { return ok(); }
  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }

  // The same failure seen from one level up: "context: message".
  Status WithContext(std::string_view context) && {
    if (!ok()) message_.insert(0, std::string(context) + ": ");
    return std::move(*this);
  }

  bool operator==(const Status&) const = default;

 private:
  ErrorCode code_ = ErrorCode::kOk;
  std::string message_;
};

// A value, or the Status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}        // NOLINT(google-explicit-constructor)
  Result(Status error) : status_(std::move(error)) {}  // NOLINT(google-explicit-constructor)
  Result(ErrorCode code, std::string message) : status_(code, std::move(message)) {}

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }

  // Only where ok().
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return std::move(*value_); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return std::move(*value_); }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

  // Status() where ok().
  const Status& status() const& { return status_; }
  Status status() && { return std::move(status_); }

 private:
  std::optional<T> value_;
  Status status_;
};

}  // namespace hostpulse
