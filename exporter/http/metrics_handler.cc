#include "exporter/http/metrics_handler.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "core/gzip/gzip_writer.h"
#include "core/metrics/openmetrics_encoder.h"
#include "core/metrics/protobuf_encoder.h"
#include "core/metrics/text_encoder.h"
#include "core/mutex.h"
#include "core/zstd/zstd_writer.h"
#include "exporter/http/answer_shelf.h"
#include "exporter/http/response_writer.h"
#include "exporter/http/scrape_request.h"

namespace hostpulse::http {
namespace {

// What a scrape works with, kept from one to the next: as many as there were scrapes at once.
struct Workbench {
  std::string text;
  std::vector<FamilyView> chosen;
  GzipWriter gzip;
  ZstdWriter zstd{1};
};

class WorkbenchPool {
 public:
  std::unique_ptr<Workbench> Take() HOSTPULSE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    if (free_.empty()) return std::make_unique<Workbench>();
    auto bench = std::move(free_.back());
    free_.pop_back();
    return bench;
  }
  void Put(std::unique_ptr<Workbench> bench) HOSTPULSE_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    free_.push_back(std::move(bench));
  }

 private:
  Mutex mutex_;
  std::vector<std::unique_ptr<Workbench>> free_ HOSTPULSE_GUARDED_BY(mutex_);
};

Response PlainResponse(int status, std::string text) {
  Response response;
  response.status = status;
  response.body = std::move(text);
  return response;
}

class MetricsHandler {
 public:
  MetricsHandler(MetricSource& source, const MetricsOptions& options, ScrapeCounters& counters,
                 const Clock& clock, Logger& log)
      : source_(source), options_(options), counters_(counters), clock_(clock), log_(log) {}

  Response Handle(const Request& request) {
    auto scrape = ParseScrapeRequest(request, options_.enable_openmetrics, clock_.Monotonic());
    if (!scrape) return PlainResponse(400, scrape.status().message());

    Running running(running_, counters_, shelf_);
    const bool too_many = options_.max_requests > 0 && running.count() > options_.max_requests;
    Response response = too_many ? TooMany() : Scrape(*scrape, request.arrived);
    running.Answered(response.status);
    return response;
  }

 private:
  // Counts a scrape while it runs, however it ends. The last one clears the shelf.
  class Running {
   public:
    Running(std::atomic<int>& running, ScrapeCounters& counters, AnswerShelf& shelf)
        : running_(running), counters_(counters), shelf_(shelf), count_(running.fetch_add(1) + 1) {
      counters_.Begin();
    }
    ~Running() {
      if (running_.fetch_sub(1) == 1) shelf_.Clear();
      counters_.End(status_);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    int count() const { return count_; }
    void Answered(int status) { status_ = status; }

   private:
    std::atomic<int>& running_;
    ScrapeCounters& counters_;
    AnswerShelf& shelf_;
    const int count_;
    int status_ = 500;
  };

  Response TooMany() const {
    return ErrorResponse(503, "Limit of concurrent requests reached (" +
                                  std::to_string(options_.max_requests) + "), try again later.");
  }

  // What is asked for is what most ask for, so that an answer may serve several.
  static bool IsCommon(const ScrapeRequest& scrape) {
    return scrape.names.empty() && scrape.filter.collect.empty() && scrape.filter.exclude.empty();
  }

  Response Scrape(ScrapeRequest& scrape, MonotonicTime arrived) {
    if (!IsCommon(scrape)) return Collect(scrape);
    if (auto kept = shelf_.Find(scrape.exposition, scrape.encoding, arrived)) {
      return *std::move(kept);
    }
    std::optional<MonotonicTime> began;
    scrape.filter.began = &began;
    Response response = Collect(scrape);
    scrape.filter.began = nullptr;
    if (response.status == 200 && began && running_.load() > 1) {
      shelf_.Put(scrape.exposition, scrape.encoding, *began, response);
    }
    return response;
  }

  Response Collect(const ScrapeRequest& scrape) {
    auto bench = benches_.Take();
    Response response;
    const Status status = source_.Gather(scrape.filter, [&](std::span<const FamilyView> families) {
      Encode(scrape, families, *bench, response);
    });
    if (!status) {
      response = Failed(status);
    } else if (scrape.encoding != Encoding::kIdentity) {
      Pack(scrape.encoding, *bench, response);
    }
    benches_.Put(std::move(bench));
    return response;
  }

  void Encode(const ScrapeRequest& scrape, std::span<const FamilyView> families, Workbench& bench,
              Response& response) {
    if (!scrape.names.empty()) families = Choose(scrape.names, families, bench.chosen);
    // Uncompressed text goes out in the string that it is written into.
    const bool packed = scrape.encoding != Encoding::kIdentity;
    std::string& text = packed ? bench.text : response.body;
    text.reserve(last_size_.load(std::memory_order_relaxed) + 1024);
    response.content_type = Write(scrape.exposition, families, text);
    last_size_.store(text.size(), std::memory_order_relaxed);
  }

  // Gives the media type.
  static std::string_view Write(Exposition exposition, std::span<const FamilyView> families,
                                std::string& text) {
    switch (exposition) {
      case Exposition::kText:
        break;
      case Exposition::kOpenMetrics:
        EncodeOpenMetrics(families, text);
        return kOpenMetricsContentType;
      case Exposition::kProtobuf:
        EncodeProtobuf(families, text);
        return kProtobufContentType;
    }
    EncodeText(families, text);
    return kTextContentType;
  }

  static std::span<const FamilyView> Choose(const std::vector<std::string>& names,
                                            std::span<const FamilyView> families,
                                            std::vector<FamilyView>& chosen) {
    chosen.clear();
    std::copy_if(families.begin(), families.end(), std::back_inserter(chosen),
                 [&](const FamilyView& family) {
                   return std::find(names.begin(), names.end(), family.name) != names.end();
                 });
    return chosen;
  }

  static void Pack(Encoding encoding, Workbench& bench, Response& response) {
    const bool gzip = encoding == Encoding::kGzip;
    const std::string_view packed =
        gzip ? bench.gzip.Compress(bench.text) : bench.zstd.Compress(bench.text);
    if (packed.empty()) {
      response.body = bench.text;
      return;
    }
    response.body = packed;
    response.headers.emplace_back("Content-Encoding", gzip ? "gzip" : "zstd");
  }

  Response Failed(const Status& status) {
    if (status.code() == ErrorCode::kInvalid) {
      return PlainResponse(400,
                           "Couldn't create filtered metrics handler: couldn't create collector: " +
                               status.message());
    }
    counters_.CountGatheringError();
    log_.Error("a scrape failed", {{"error", status.message()}});
    return ErrorResponse(500,
                         "An error has occurred while serving metrics:\n\n" + status.message());
  }

  MetricSource& source_;
  const MetricsOptions options_;
  ScrapeCounters& counters_;
  const Clock& clock_;
  Logger& log_;
  WorkbenchPool benches_;
  AnswerShelf shelf_;
  std::atomic<int> running_ = 0;
  std::atomic<std::size_t> last_size_ = 0;
};

}  // namespace

Route MetricsRoute(std::string path, MetricSource& source, const MetricsOptions& options,
                   ScrapeCounters& counters, const Clock& clock, Logger& log) {
  auto handler = std::make_shared<MetricsHandler>(source, options, counters, clock, log);
  return {std::move(path), {"GET", "POST"}, [handler](const Request& request) {
            return handler->Handle(request);
          }};
}

}  // namespace hostpulse::http
