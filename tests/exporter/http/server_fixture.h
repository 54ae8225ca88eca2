#pragma once

#include <gtest/gtest.h>
#include <prometheus/registry.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/log/logger_registry.h"
#include "exporter/http/http_server.h"

namespace hostpulse::http {

// A server on a free port of the loopback interface, with whatever routes a test adds.
class ServerTest : public testing::Test {
 protected:
  ServerTest() : logs_({.level = LogLevel::kOff}, clock_) { options_.listen = {"127.0.0.1:0"}; }

  void AddRoute(std::string path, std::vector<std::string> methods, Handler handler) {
    routes_.push_back({std::move(path), std::move(methods), std::move(handler)});
  }
  static Handler Text(std::string text) {
    return [text](const Request&) {
      Response response;
      response.body = text;
      return response;
    };
  }
  void Start() {
    auto server = HttpServer::Start(options_, routes_, logs_.Get("http"), &registry_);
    ASSERT_TRUE(server.ok()) << server.status().message();
    server_ = std::move(*server);
    address_ = server_->addresses().front();
  }

  SystemClock clock_;
  // The value of a gauge without labels; nothing where there is no such family.
  std::optional<double> Gauge(const std::string& name) const {
    for (const auto& family : registry_.Collect()) {
      if (family.name == name) return family.metric.front().gauge.value;
    }
    return std::nullopt;
  }

  LoggerRegistry logs_;
  prometheus::Registry registry_;
  HttpServerOptions options_;
  std::vector<Route> routes_;
  std::unique_ptr<HttpServer> server_;
  std::string address_;
};

}  // namespace hostpulse::http
