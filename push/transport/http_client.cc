#include "push/transport/http_client.h"

#include <curl/curl.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <limits>
#include <mutex>

#include "core/mutex.h"
#include "push/transport/watched_file.h"

namespace hostpulse::push {
namespace {

constexpr std::size_t kMostBody = std::size_t{64} << 10;
constexpr auto kConnectTimeout = std::chrono::seconds(5);
// Addresses are looked up again that often even where nothing fails.
constexpr long kConnectionLife = 300;

void InitialiseCurlOnce() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

struct EasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct MultiDeleter {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

void Append(List& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) return;
  static_cast<void>(list.release());
  list.reset(longer);
}

// libcurl's write callback: refuses what is beyond the cap, which ends the transfer.
std::size_t TakeBody(char* data, std::size_t size, std::size_t count, void* user) {
  auto& body = *static_cast<std::string*>(user);
  const std::size_t room = kMostBody - body.size();
  body.append(data, std::min(size * count, room));
  return size * count <= room ? size * count : 0;
}

// What the header of an answer says.
struct SeenHeader {
  // An answer that breaks off inside its header is a good one to libcurl: only the empty line says
  // that it was whole.
  bool whole = false;
  std::optional<std::uint64_t> samples_written;
  std::optional<WallTime> date;
};

// "X-Prometheus-Remote-Write-Samples-Written: 12", and the same of histograms and exemplars.
void SeeWritten(std::string_view line, std::optional<std::uint64_t>& samples_written) {
  constexpr std::string_view kPrefix = "x-prometheus-remote-write-";
  if (line.size() < kPrefix.size() || strncasecmp(line.data(), kPrefix.data(), kPrefix.size()) != 0)
    return;
  line.remove_prefix(kPrefix.size());
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return;
  const std::string name(line.substr(0, colon));
  const bool is_samples = strcasecmp(name.c_str(), "samples-written") == 0;
  const bool is_other = strcasecmp(name.c_str(), "histograms-written") == 0 ||
                        strcasecmp(name.c_str(), "exemplars-written") == 0;
  if (!is_samples && !is_other) return;
  std::uint64_t count = 0;
  const std::size_t digit = line.find_first_not_of(" \t", colon + 1);
  if (digit != line.npos && is_samples) {
    std::from_chars(line.data() + digit, line.data() + line.size(), count);
  }
  samples_written = samples_written.value_or(0) + count;
}

// "Date: Tue, 15 Nov 1994 08:12:31 GMT"
void SeeDate(std::string_view line, std::optional<WallTime>& date) {
  constexpr std::string_view kPrefix = "date:";
  if (line.size() < kPrefix.size() || strncasecmp(line.data(), kPrefix.data(), kPrefix.size()) != 0)
    return;
  const std::time_t time = curl_getdate(std::string(line.substr(kPrefix.size())).c_str(), nullptr);
  if (time > 0) date = WallTime(std::chrono::seconds(time));
}

// libcurl's header callback, line by line. An answer may have several headers, as behind a proxy or
// after "100 Continue": the last one counts.
std::size_t SeeHeader(char* data, std::size_t size, std::size_t count, void* user) {
  auto& seen = *static_cast<SeenHeader*>(user);
  const std::string_view line(data, size * count);
  if (seen.whole) seen = {};
  seen.whole = line == "\r\n" || line == "\n";
  SeeWritten(line, seen.samples_written);
  SeeDate(line, seen.date);
  return size * count;
}

std::int64_t Milliseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

class HttpClient::Impl {
 public:
  explicit Impl(const TransportOptions& options)
      : tls_(options.tls),
        proxy_(options.proxy_url),
        tls_files_{WatchedFile(tls_.ca_file), WatchedFile(tls_.cert_file),
                   WatchedFile(tls_.key_file)} {
    InitialiseCurlOnce();
    easy_.reset(curl_easy_init());
    multi_.reset(curl_multi_init());
  }

  HttpReply Send(const HttpRequest& request);

  void EndBy(MonotonicTime time) {
    end_by_.store(time.time_since_epoch().count(), std::memory_order_relaxed);
    const MutexLock lock(replacing_multi_);
    curl_multi_wakeup(multi_.get());
  }

 private:
  template <typename Value>
  void Set(CURLoption option, Value value) {
    curl_easy_setopt(easy_.get(), option, value);
  }
  void SetBasics();
  void SetTls();
  void EndOutdatedConnection();
  void SetTarget(const HttpRequest& request, List& headers);
  void SetTimes(std::chrono::nanoseconds timeout);
  void SetMethod(HttpMethod method, std::string_view body);
  // Runs the transfer; CURLE_ABORTED_BY_CALLBACK where EndBy's time came first.
  CURLcode Perform();
  HttpReply ReplyOf(CURLcode code);

  const TlsOptions tls_;
  const std::string proxy_;
  std::array<WatchedFile, 3> tls_files_;
  // Held where another thread than the one that sends looks at multi_, and where that one replaces
  // it. What it only reads it needs no lock for.
  Mutex replacing_multi_;
  // The connection lives in the multi handle, so it goes last.
  std::unique_ptr<CURLM, MultiDeleter> multi_;
  std::unique_ptr<CURL, EasyDeleter> easy_;
  List connect_to_;
  std::string body_;
  SeenHeader header_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::atomic<MonotonicTime::rep> end_by_ = std::numeric_limits<MonotonicTime::rep>::max();
};

void HttpClient::Impl::SetBasics() {
  Set(CURLOPT_NOSIGNAL, 1L);
  Set(CURLOPT_PROTOCOLS_STR, "http,https");
  Set(CURLOPT_FOLLOWLOCATION, 0L);
  Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  Set(CURLOPT_PROXY, proxy_.c_str());  // An empty one keeps the environment out.
  Set(CURLOPT_NOPROXY, "");
  Set(CURLOPT_MAXLIFETIME_CONN, kConnectionLife);
  Set(CURLOPT_TCP_KEEPALIVE, 1L);
  // A name that does not resolve must not hold up the end of the program.
  Set(CURLOPT_QUICK_EXIT, 1L);
  Set(CURLOPT_ERRORBUFFER, error_.data());
  Set(CURLOPT_WRITEFUNCTION, TakeBody);
  Set(CURLOPT_WRITEDATA, &body_);
  Set(CURLOPT_HEADERFUNCTION, SeeHeader);
  Set(CURLOPT_HEADERDATA, &header_);
}

void HttpClient::Impl::SetTls() {
  Set(CURLOPT_SSLVERSION, static_cast<long>(tls_.min_version == "TLS13" ? CURL_SSLVERSION_TLSv1_3
                                                                        : CURL_SSLVERSION_TLSv1_2));
  Set(CURLOPT_SSL_VERIFYPEER, tls_.insecure_skip_verify ? 0L : 1L);
  Set(CURLOPT_SSL_VERIFYHOST, tls_.insecure_skip_verify ? 0L : 2L);
  Set(CURLOPT_CA_CACHE_TIMEOUT, 0L);
  if (!tls_.ca_file.empty()) {
    Set(CURLOPT_CAINFO, tls_.ca_file.c_str());
    Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (!tls_.cert_file.empty()) Set(CURLOPT_SSLCERT, tls_.cert_file.c_str());
  if (!tls_.key_file.empty()) Set(CURLOPT_SSLKEY, tls_.key_file.c_str());
  // A session that is resumed goes on with the certificate that it began with.
  Set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
}

// A connection that was made with files which have changed since must not be used again, whatever
// becomes of the next one: it may fail, or not be kept. Only without it in the pool that is sure,
// and libcurl lets go of what is there only together with the pool. Files that change after this
// look are seen by the next one, so that what was made of half of them does not last either.
void HttpClient::Impl::EndOutdatedConnection() {
  bool changed = false;
  for (WatchedFile& file : tls_files_) changed = file.Changed() || changed;
  if (!changed && multi_ != nullptr) return;
  std::unique_ptr<CURLM, MultiDeleter> other(curl_multi_init());
  const MutexLock lock(replacing_multi_);
  multi_.swap(other);
}

// With a server name of its own the URL carries that name, for SNI and verification, while the
// connection and the Host header keep the real one.
void HttpClient::Impl::SetTarget(const HttpRequest& request, List& headers) {
  std::string url(request.url);
  connect_to_.reset();
  const std::optional<UrlParts> parts = ParseUrl(request.url);
  if (parts && parts->scheme == "https" && !tls_.server_name.empty()) {
    UrlParts named = *parts;
    named.host = tls_.server_name;
    url = FormatUrl(named);
    Append(connect_to_, named.host + ":" + parts->port + ":" + parts->host + ":" + parts->port);
    Append(headers, "Host: " + parts->host + ":" + parts->port);
  }
  Set(CURLOPT_CONNECT_TO, connect_to_.get());
  Set(CURLOPT_URL, url.c_str());
}

void HttpClient::Impl::SetTimes(std::chrono::nanoseconds timeout) {
  const std::int64_t total = std::max<std::int64_t>(1, Milliseconds(timeout));
  Set(CURLOPT_TIMEOUT_MS, static_cast<long>(total));
  Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(total, Milliseconds(kConnectTimeout))));
  Set(CURLOPT_LOW_SPEED_LIMIT, 1L);
  Set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(total / 1000 + 1));
}

void HttpClient::Impl::SetMethod(HttpMethod method, std::string_view body) {
  if (method == HttpMethod::kGet) return Set(CURLOPT_HTTPGET, 1L);
  if (method == HttpMethod::kDelete) return Set(CURLOPT_CUSTOMREQUEST, "DELETE");
  Set(CURLOPT_POST, 1L);
  Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  Set(CURLOPT_POSTFIELDS, body.empty() ? "" : body.data());
  if (method == HttpMethod::kPut) Set(CURLOPT_CUSTOMREQUEST, "PUT");
}

HttpReply HttpClient::Impl::Send(const HttpRequest& request) {
  EndOutdatedConnection();
  if (easy_ == nullptr || multi_ == nullptr) {
    HttpReply reply;
    reply.error = "libcurl could not be set up";
    return reply;
  }
  curl_easy_reset(easy_.get());
  body_.clear();
  header_ = {};
  error_[0] = '\0';
  List headers;
  for (const std::string& header : request.headers) Append(headers, header);
  Append(headers, "Expect:");  // No waiting for "100 Continue" with larger bodies.
  SetBasics();
  SetTls();
  SetTarget(request, headers);
  SetTimes(request.timeout);
  Set(CURLOPT_HTTPHEADER, headers.get());
  SetMethod(request.method, request.body);
  return ReplyOf(Perform());
}

CURLcode HttpClient::Impl::Perform() {
  curl_multi_add_handle(multi_.get(), easy_.get());
  CURLcode code = CURLE_ABORTED_BY_CALLBACK;
  for (int running = 1; true;) {
    curl_multi_perform(multi_.get(), &running);
    if (running == 0) break;
    const MonotonicTime end{MonotonicTime::duration(end_by_.load(std::memory_order_relaxed))};
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds(0)) break;
    const auto wait = std::min<std::chrono::nanoseconds>(left, std::chrono::seconds(1));
    curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(Milliseconds(wait)) + 1, nullptr);
  }
  int left = 0;
  if (const CURLMsg* done = curl_multi_info_read(multi_.get(), &left)) code = done->data.result;
  curl_multi_remove_handle(multi_.get(), easy_.get());
  return code;
}

HttpReply HttpClient::Impl::ReplyOf(CURLcode code) {
  HttpReply reply;
  long sent = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &sent);
  reply.sent = sent > 0;
  // A body longer than the cap is cut off by us and no fault: the status stands.
  const bool capped = code == CURLE_WRITE_ERROR && body_.size() == kMostBody;
  if (code != CURLE_OK && !capped) {
    reply.error = error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
    if (code == CURLE_ABORTED_BY_CALLBACK) reply.error = "given up: stopping";
    return reply;
  }
  if (!header_.whole) {
    reply.error = "the answer broke off";
    return reply;
  }
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_off_t seconds = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &seconds);
  reply.status = static_cast<int>(status);
  if (seconds > 0) reply.retry_after = std::chrono::seconds(seconds);
  reply.body = std::move(body_);
  reply.samples_written = header_.samples_written;
  reply.date = header_.date;
  if (reply.status == 0) reply.error = "no HTTP status";
  return reply;
}

HttpClient::HttpClient(const TransportOptions& options) : impl_(std::make_unique<Impl>(options)) {}
HttpClient::~HttpClient() = default;

HttpReply HttpClient::Send(const HttpRequest& request) {
  return impl_->Send(request);
}

void HttpClient::EndBy(MonotonicTime time) {
  impl_->EndBy(time);
}

}  // namespace hostpulse::push
