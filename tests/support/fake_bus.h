#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "collectors/dbus/bus.h"

namespace hostpulse {

// A bus on which a test says what there is. Copies share it.
//
//   FakeBus bus;
//   bus.Property("/org/...", "org.freedesktop.login1.Session", "Remote", true);
//   bus.Row("ListSeats", {"seat0", "/org/..."});
//   logind.MakeWith([&](const CollectorContext& context) { return MakeLogind(context, bus.bus());
//   });
class FakeBus {
 public:
  using Owned = std::variant<bool, std::uint64_t, std::string, Status>;

  void Property(std::string_view path, std::string_view interface, std::string_view name,
                Owned value) {
    Find(path, interface, name) = std::move(value);
  }
  // The call fails with this.
  void FailProperty(std::string_view path, std::string_view interface, std::string_view name,
                    ErrorCode code) {
    Property(path, interface, name, Status(code, std::string(name) + ": as the test wants it"));
  }

  // A row that the method answers. A method without rows has none.
  void Row(std::string_view method, std::vector<Owned> row) {
    state_->rows[Index(method)].second.push_back(std::move(row));
  }
  void ForgetRows(std::string_view method) { state_->rows[Index(method)].second.clear(); }
  void FailMethod(std::string_view method, Status status) {
    state_->method_failure = {std::string(method), std::move(status)};
  }

  // Each address of which `part` is a part cannot be connected to.
  void Refuse(std::string part, Status status) {
    state_->refused.emplace_back(std::move(part), std::move(status));
  }

  const std::vector<std::string>& connections() const { return state_->connections; }
  bool connected() const { return state_->connected; }
  // How often properties have been asked for, of which `name` is the name.
  int asked(std::string_view name) const {
    int count = 0;
    for (const std::string_view one : state_->asked) count += one == name ? 1 : 0;
    return count;
  }

  Result<std::unique_ptr<collectors::dbus::Bus>> bus() const {
    return std::unique_ptr<collectors::dbus::Bus>(std::make_unique<Bus>(state_));
  }

 private:
  struct State {
    // A deque, so that the texts stay where they are.
    std::deque<std::tuple<std::string, std::string, std::string, Owned>> properties;
    std::deque<std::pair<std::string, std::vector<std::vector<Owned>>>> rows;
    std::pair<std::string, Status> method_failure;
    std::vector<std::pair<std::string, Status>> refused;
    std::vector<std::string> connections;
    std::vector<std::string_view> asked = std::vector<std::string_view>();
    bool connected = false;
  };

  class Bus final : public collectors::dbus::Bus {
   public:
    explicit Bus(std::shared_ptr<State> state) : state_(std::move(state)) {
      state_->asked.reserve(4096);  // Counting allocates nothing.
      state_->connections.reserve(64);
    }

    Status Connect(const collectors::dbus::Address& address, std::chrono::nanoseconds) override {
      // The text that is there is not made again.
      if (state_->connections.empty() || state_->connections.back() != address.text) {
        state_->connections.push_back(address.text);
      }
      for (const auto& [part, status] : state_->refused) {
        if (address.text.find(part) != std::string::npos) return status;
      }
      state_->connected = true;
      return {};
    }
    void Disconnect() override { state_->connected = false; }

    Result<collectors::dbus::Value> Get(const collectors::dbus::Object& object,
                                        const char* property) override {
      if (!state_->connected) return {ErrorCode::kIo, "not connected"};
      for (const auto& [path, interface, name, value] : state_->properties) {
        if (path != object.path || interface != object.interface || name != property) continue;
        state_->asked.push_back(name);
        if (const Status* const failure = std::get_if<Status>(&value)) return *failure;
        return ViewOf(value);
      }
      return {ErrorCode::kAbsent, std::string(property) + ": no such property"};
    }

    Status List(const collectors::dbus::Object&, const char* method, const char*,
                collectors::dbus::RowVisitor visit) override {
      if (!state_->connected) return {ErrorCode::kIo, "not connected"};
      for (const auto& [name, rows] : state_->rows) {
        if (name != method) continue;
        for (const auto& row : rows) {
          values_.clear();
          for (const Owned& value : row) values_.push_back(ViewOf(value));
          visit(values_);
        }
      }
      return state_->method_failure.first == method ? state_->method_failure.second : Status();
    }

   private:
    static collectors::dbus::Value ViewOf(const Owned& value) {
      if (const auto* flag = std::get_if<bool>(&value)) return *flag;
      if (const auto* number = std::get_if<std::uint64_t>(&value)) return *number;
      return std::string_view(std::get<std::string>(value));
    }

    std::shared_ptr<State> state_;
    std::vector<collectors::dbus::Value> values_;
  };

  Owned& Find(std::string_view path, std::string_view interface, std::string_view name) {
    for (auto& [its_path, its_interface, its_name, value] : state_->properties) {
      if (its_path == path && its_interface == interface && its_name == name) return value;
    }
    return std::get<3>(state_->properties.emplace_back(path, interface, name, false));
  }
  std::size_t Index(std::string_view method) {
    for (std::size_t i = 0; i < state_->rows.size(); ++i) {
      if (state_->rows[i].first == method) return i;
    }
    state_->rows.emplace_back(method, std::vector<std::vector<Owned>>());
    return state_->rows.size() - 1;
  }

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace hostpulse
