#pragma once

#include <gtest/gtest.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/log/logger_registry.h"
#include "push/queue/memory_queue.h"
#include "push/sender.h"
#include "tests/push/received.h"
#include "tests/support/log_capture.h"
#include "tests/support/scripted_receiver.h"

namespace hostpulse::push::test {

using hostpulse::test::ScriptedAnswer;
using hostpulse::test::ScriptedReceiver;

inline ScriptedAnswer Answer(int status, std::vector<std::string> headers = {}) {
  ScriptedAnswer answer;
  answer.status = status;
  answer.headers = std::move(headers);
  answer.body = status == 204 ? "" : "because";
  return answer;
}

// A sender on a queue in memory, with a receiver that answers by a script.
class SenderTest : public testing::Test {
 protected:
  SenderTest() {
    options_.name = "primary";
    options_.transport.url = receiver_.Url();
    options_.queue_config.min_backoff = std::chrono::milliseconds(1);
    options_.queue_config.max_backoff = std::chrono::milliseconds(4);
    options_.metadata_config.send = false;
    options_.protobuf_message = kMessage1;
    options_.compression = kSnappy;
    timing_.hold_probe = std::chrono::milliseconds(5);
    timing_.last_attempt = std::chrono::seconds(10);
    timing_.catch_up.outage = std::chrono::hours(24);
  }

  void Start() {
    account_ = std::make_unique<Account>(families_, "primary");
    sender_ = std::make_unique<Sender>(
        options_, Relabeler::Compile(options_.write_relabel_configs).value(), labels_,
        queue_.Open("primary"), timing_, clock_, loggers_.Get("push.primary"), *account_);
    sender_->Start();
  }

  // Appends a collection of `count` series; its number is the value of all of them.
  void Append(SeriesId count = 3) {
    std::vector<SeriesPtr> added;
    std::vector<SeriesValue> values;
    for (SeriesId id = 1; id <= count; ++id) {
      if (id > known_) added.push_back(MakeSeries(id));
      values.push_back({id, static_cast<double>(appended_)});
    }
    known_ = std::max(known_, count);
    ++appended_;
    EXPECT_TRUE(queue_.Append({first_ms_ + appended_ * 1000, added, values, {}}).ok());
  }
  static SeriesPtr MakeSeries(SeriesId id) {
    auto series = std::make_shared<Series>();
    const std::string name = "m" + std::to_string(id);
    series->id = id;
    series->labels = {{"__name__", name}};
    series->family = std::make_shared<const SeriesFamily>(SeriesFamily{name, kGauge, "Help.", ""});
    return series;
  }

  // Waits until nothing is queued any more.
  ::testing::AssertionResult Drained() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (sender_->Report().backlog_samples > 0) {
      if (std::chrono::steady_clock::now() > deadline) {
        return ::testing::AssertionFailure() << "still queued";
      }
      std::this_thread::yield();
    }
    return ::testing::AssertionSuccess();
  }

  // The sum of a metric over all its series but the label destination.
  double Metric(const std::string& name, const std::string& label = "") {
    double sum = 0;
    for (const auto& family : registry_.Collect()) {
      if (family.name != "hostpulse_push_" + name) continue;
      for (const auto& metric : family.metric) {
        const bool wanted =
            label.empty() || std::any_of(metric.label.begin(), metric.label.end(),
                                         [&](const auto& one) { return one.value == label; });
        if (wanted) sum += metric.counter.value + metric.gauge.value;
      }
    }
    return sum;
  }
  void ExpectBalanced() {
    EXPECT_EQ(Metric("samples_logged_total"),
              Metric("samples_acked_total") + Metric("samples_rejected_total") +
                  Metric("samples_delivered_unknown_total") + Metric("samples_dropped_total") +
                  Metric("samples_queued"));
  }
  // How many samples of the first series came, in the order of arrival, each only once.
  void ExpectFirstSeries(int count) {
    const auto points = SeriesOf(receiver_.Requests())["m1{}"];
    ASSERT_EQ(points.size(), static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(points[static_cast<std::size_t>(i)].second, Bits(i));
    }
  }

  const SystemClock clock_;
  LogCapture log_;
  LoggerRegistry loggers_{LoggerRegistryOptions{LogLevel::kDebug, LogFormat::kLogfmt, log_.fd()},
                          clock_};
  ScriptedReceiver receiver_;
  prometheus::Registry registry_;
  AccountFamilies families_{registry_};
  MemoryQueue queue_{{}, clock_, loggers_.Get("queue")};
  DestinationOptions options_;
  LabelSet labels_ = {{"instance", "a"}, {"job", "node"}};
  SenderTiming timing_;
  std::int64_t first_ms_ = ToUnixMillis(clock_.Now()) - 1'000'000;
  SeriesId known_ = 0;
  int appended_ = 0;
  std::unique_ptr<Account> account_;
  std::unique_ptr<Sender> sender_;
};

}  // namespace hostpulse::push::test
