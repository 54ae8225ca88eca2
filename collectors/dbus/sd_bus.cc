#include "collectors/dbus/sd_bus.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <utility>
#include <vector>

#include "collectors/dbus/sd_bus_library.h"
#include "collectors/kernel/kernel_file.h"

namespace hostpulse::collectors::dbus {
namespace {

constexpr std::chrono::nanoseconds kLongestCall = std::chrono::seconds(1);
constexpr const char* kProperties = "org.freedesktop.DBus.Properties";

std::string Where(const Object& object, const char* member) {
  return std::string(object.interface) + "." + member + " of " + object.path;
}

// What the name of an error in an answer means, whoever made it: the daemon, systemd or logind.
ErrorCode CodeOf(std::string_view error) {
  if (error.find(".Spawn.") != error.npos) return ErrorCode::kAbsent;
  const std::string_view kind = error.substr(error.rfind('.') + 1);
  if (kind.starts_with("Unknown") || kind.starts_with("NoSuch") || kind == "ServiceUnknown" ||
      kind == "NameHasNoOwner") {
    return ErrorCode::kAbsent;
  }
  if (kind == "AccessDenied" || kind == "AuthFailed") return ErrorCode::kPermission;
  if (kind == "Timeout" || kind == "TimedOut" || kind == "NoReply") return ErrorCode::kTimeout;
  return ErrorCode::kIo;
}

Status TimedOut(std::string_view where) {
  return {ErrorCode::kTimeout, std::string(where) + ": no answer in time"};
}

// `error` is a negative errno, as libsystemd has them.
Status Failed(std::string_view where, const char* what, int error) {
  if (error == -ETIMEDOUT) return TimedOut(where);
  return kernel::ErrnoStatus(where, what, -error);
}

class SdBus final : public Bus {
 public:
  SdBus(SdBusLibrary library, const Clock& clock) : sd_(std::move(library)), clock_(clock) {}
  SdBus(const SdBus&) = delete;
  SdBus& operator=(const SdBus&) = delete;
  ~SdBus() override { Disconnect(); }

  Status Connect(const Address& address, std::chrono::nanoseconds time) override {
    Disconnect();
    deadline_ = clock_.Monotonic() + time;
    int result = sd_.bus_new(&bus_);
    if (result >= 0) result = sd_.set_address(bus_, address.text.c_str());
    if (result >= 0 && !address.direct) result = sd_.set_bus_client(bus_, 1);
    if (result >= 0) result = sd_.start(bus_);
    if (result >= 0) result = AwaitGreeting();
    if (result >= 0) return {};
    Disconnect();
    return Failed(address.text, "connect", result);
  }

  void Disconnect() override {
    DropReply();
    if (bus_ == nullptr) return;
    sd_.close(bus_);
    bus_ = sd_.bus_unref(bus_);
  }

  Result<Value> Get(const Object& object, const char* property) override {
    sd_bus_message* request = nullptr;
    int result =
        sd_.new_method_call(bus_, &request, object.service, object.path, kProperties, "Get");
    if (result >= 0) result = sd_.append_basic(request, SD_BUS_TYPE_STRING, object.interface);
    if (result >= 0) result = sd_.append_basic(request, SD_BUS_TYPE_STRING, property);
    if (Status status = Call(object, property, request, result); !status) return status;

    const char* contents = nullptr;
    Value value;
    if (sd_.has_signature(reply_, "v") <= 0 || sd_.peek_type(reply_, nullptr, &contents) < 0 ||
        sd_.enter_container(reply_, SD_BUS_TYPE_VARIANT, contents) <= 0 ||
        std::string_view(contents).size() != 1 || !Read(contents[0], value)) {
      return Odd(object, property);
    }
    return value;
  }

  Status List(const Object& object, const char* method, const char* signature,
              RowVisitor visit) override {
    sd_bus_message* request = nullptr;
    const int result =
        sd_.new_method_call(bus_, &request, object.service, object.path, object.interface, method);
    if (Status status = Call(object, method, request, result); !status) return status;

    // "a(susso)": rows of "(susso)" with "susso" in them.
    std::string fields(signature + 2);
    fields.pop_back();
    row_.resize(fields.size());
    if (sd_.has_signature(reply_, signature) <= 0 ||
        sd_.enter_container(reply_, SD_BUS_TYPE_ARRAY, signature + 1) < 0) {
      return Odd(object, method);
    }
    while (sd_.enter_container(reply_, SD_BUS_TYPE_STRUCT, fields.c_str()) > 0) {
      for (std::size_t i = 0; i < fields.size(); ++i) {
        if (!Read(fields[i], row_[i])) return Odd(object, method);
      }
      visit(row_);
      if (sd_.exit_container(reply_) < 0) return Odd(object, method);
    }
    return {};
  }

 private:
  std::uint64_t MicrosecondsLeft() const {
    const auto left = std::clamp(deadline_ - clock_.Monotonic(), {}, kLongestCall);
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(left).count());
  }

  // The library's own wait for it may take 25 seconds.
  int AwaitGreeting() {
    for (;;) {
      int result = sd_.is_ready(bus_);
      if (result != 0) return result;
      result = sd_.process(bus_, nullptr);
      if (result < 0) return result;
      if (result > 0) continue;
      const std::uint64_t left = MicrosecondsLeft();
      if (left == 0) return -ETIMEDOUT;
      result = sd_.wait(bus_, left);
      if (result < 0 && result != -EINTR) return result;
    }
  }

  // Sends the request, which it frees, unless making it has failed; waits for reply_.
  Status Call(const Object& object, const char* member, sd_bus_message* request, int made) {
    DropReply();
    const std::uint64_t left = MicrosecondsLeft();
    sd_bus_error error{};  // SD_BUS_ERROR_NULL, which is C.
    int result = made;
    if (result >= 0)
      result = left == 0 ? -ETIMEDOUT : sd_.call(bus_, request, left, &error, &reply_);
    sd_.message_unref(request);
    Status status;
    if (result < 0) status = CallFailed(object, member, result, error);
    sd_.error_free(&error);
    return status;
  }

  static Status CallFailed(const Object& object, const char* member, int result,
                           const sd_bus_error& error) {
    const std::string where = Where(object, member);
    if (result == -ETIMEDOUT || error.name == nullptr) return Failed(where, "call", result);
    const char* const message = error.message == nullptr ? "" : error.message;
    return {CodeOf(error.name), where + ": " + error.name + ": " + message};
  }

  static Status Odd(const Object& object, const char* member) {
    return {ErrorCode::kParse, Where(object, member) + ": answer of an unexpected type"};
  }

  bool Read(char type, Value& value) {
    switch (type) {
      case SD_BUS_TYPE_STRING:
      case SD_BUS_TYPE_OBJECT_PATH: {
        const char* text = nullptr;
        if (sd_.read_basic(reply_, type, &text) <= 0) return false;
        value = std::string_view(text);
        return true;
      }
      case SD_BUS_TYPE_BOOLEAN: {
        int flag = 0;
        if (sd_.read_basic(reply_, type, &flag) <= 0) return false;
        value = flag != 0;
        return true;
      }
      case SD_BUS_TYPE_UINT32:
        return ReadNumber<std::uint32_t>(type, value);
      case SD_BUS_TYPE_UINT64:
        return ReadNumber<std::uint64_t>(type, value);
      default:
        return false;
    }
  }

  template <typename Number>
  bool ReadNumber(char type, Value& value) {
    Number number{};
    if (sd_.read_basic(reply_, type, &number) <= 0) return false;
    value = static_cast<std::uint64_t>(number);
    return true;
  }

  void DropReply() {
    if (reply_ != nullptr) reply_ = sd_.message_unref(reply_);
  }

  const SdBusLibrary sd_;
  const Clock& clock_;
  MonotonicTime deadline_;
  sd_bus* bus_ = nullptr;
  sd_bus_message* reply_ = nullptr;  // What the values of the last call point into.
  std::vector<Value> row_;           // Kept for its storage only.
};

}  // namespace

Result<std::unique_ptr<Bus>> MakeSdBus(const Clock& clock) {
  auto library = SdBusLibrary::Load();
  if (!library) return library.status();
  return std::unique_ptr<Bus>(std::make_unique<SdBus>(std::move(*library), clock));
}

}  // namespace hostpulse::collectors::dbus
