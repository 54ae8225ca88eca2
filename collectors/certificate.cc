// When X.509 certificates in files expire, those that hostpulse itself serves and pushes with
// included.

#include <fcntl.h>
#include <glob.h>
#include <openssl/crypto.h>

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "collectors/certificate_reader.h"
#include "collectors/collector.h"
#include "collectors/own_certificates.h"
#include "collectors/regular_file.h"

namespace hostpulse::collectors {
namespace {

constexpr std::string_view kFiles = "collector.certificate.files";
constexpr std::size_t kMaxFiles = 1000;
constexpr std::size_t kMaxBytes = 1 << 20;

constexpr std::array<FlagSpec, 1> kFlags = {{
    {.name = kFiles,
     .type = FlagType::kString,
     .default_value = "",
     .help = "File with certificates, PEM or DER, or a glob of some.",
     .repeatable = true},
}};

constexpr std::array<MetricDesc, 3> kMetrics = {{
    {"hostpulse_certificate_expiry_timestamp_seconds", kGauge, "path,serial,subject", "seconds",
     "When a certificate of the file expires (notAfter), since the epoch."},
    {"hostpulse_certificate_start_timestamp_seconds", kGauge, "path,serial,subject", "seconds",
     "When a certificate of the file begins to be valid (notBefore), since the epoch."},
    {"hostpulse_certificate_error", kGauge, "path", "bool",
     "1 where the file cannot be read or holds no sound certificate, as the log says, else 0."},
}};

// The paths that a pattern matches; the pattern itself where it matches nothing, so that a missing
// file is told of.
class Matches {
 public:
  explicit Matches(const std::string& pattern) {
    ::glob(pattern.c_str(), GLOB_NOCHECK | GLOB_BRACE, nullptr, &found_);
  }
  ~Matches() { ::globfree(&found_); }
  Matches(const Matches&) = delete;
  Matches& operator=(const Matches&) = delete;

  std::span<char* const> paths() const { return {found_.gl_pathv, found_.gl_pathc}; }

 private:
  glob_t found_{};
};

class CertificateCollector final : public Collector {
 public:
  explicit CertificateCollector(const CollectorContext& context)
      : log_(context.log), patterns_(context.flags.Strings(kFiles)) {
    if (context.flags.Has(kOwnCertificates)) own_ = context.flags.Strings(kOwnCertificates);
    std::erase(patterns_, "");
  }

  Status Collect(MetricBatch& out) override {
    for (auto& [path, file] : files_) file.seen = false;
    for (const std::string& path : own_) Check(path.c_str());
    for (const std::string& pattern : patterns_) {
      const Matches matches(pattern);
      for (const char* path : matches.paths()) Check(path);
    }
    std::erase_if(files_, [](const auto& entry) { return !entry.second.seen; });
    if (files_.empty()) {
      return {ErrorCode::kAbsent, "no file is named by --collector.certificate.files"};
    }
    for (const auto& [path, file] : files_) Add(path, file, out);
    return {};
  }

 private:
  struct File {
    FileStamp stamp;
    bool seen = false;
    bool good = false;
    std::vector<CertificateInfo> certificates;
  };

  void Check(const char* path) {
    auto found = files_.find(std::string_view(path));
    if (found == files_.end()) {
      if (files_.size() == kMaxFiles) {
        return log_.Error("certificate file left out: there are more than 1000", {{"path", path}});
      }
      found = files_.try_emplace(path).first;
    }
    File& file = found->second;
    if (std::exchange(file.seen, true)) return;
    const FileName name{AT_FDCWD, path, found->first};
    const auto stamp = StampOf(name);
    if (!stamp) {
      Forget(file);
      return log_.Error("certificate file left out", {{"err", stamp.status().message()}});
    }
    if (*stamp != file.stamp) Read(name, file);
  }

  // A bad file is not read again before it changes.
  void Read(const FileName& name, File& file) {
    Forget(file);
    const auto stamp = ReadRegularFile(name, kMaxBytes, content_);
    if (!stamp) {
      return log_.Error("certificate file left out", {{"err", stamp.status().message()}});
    }
    file.stamp = *stamp;
    auto certificates = ReadCertificates(content_);
    ::OPENSSL_cleanse(content_.data(), content_.size());  // A key may stand beside them.
    if (!certificates) {
      const Status status = std::move(certificates).status().WithContext(std::string(name.path));
      return log_.Error("certificate file left out", {{"err", status.message()}});
    }
    file.certificates = std::move(*certificates);
    file.good = true;
  }

  static void Forget(File& file) {
    file.stamp = {};
    file.good = false;
    file.certificates.clear();
  }

  static void Add(const std::string& path, const File& file, MetricBatch& out) {
    out.Family(kMetrics[2]).Add({{"path", path}}, file.good ? 0 : 1);
    for (const CertificateInfo& each : file.certificates) {
      const std::array<LabelView, 3> labels = {
          {{"path", path}, {"serial", each.serial}, {"subject", each.subject}}};
      out.Family(kMetrics[0]).Add(labels, ToSeconds(each.not_after.time_since_epoch()));
      out.Family(kMetrics[1]).Add(labels, ToSeconds(each.not_before.time_since_epoch()));
    }
  }

  Logger& log_;
  std::vector<std::string> patterns_;
  std::vector<std::string> own_;
  std::map<std::string, File, std::less<>> files_;  // By path.
  std::string content_;                             // Kept for its storage only.
};

Result<std::unique_ptr<Collector>> MakeCertificate(const CollectorContext& context) {
  return std::unique_ptr<Collector>(std::make_unique<CertificateCollector>(context));
}

}  // namespace

extern constinit const CollectorSpec kCertificateCollector = {
    .name = "certificate",
    .on_by_default = false,
    .may_block = true,
    .help = "When certificates in files expire, hostpulse's own included.",
    .make = MakeCertificate,
    .flags = kFlags,
    .metrics = kMetrics,
};

}  // namespace hostpulse::collectors
