#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/metrics/metric_source.h"
#include "push/queue/queue.h"
#include "push/sample_walk.h"

namespace hostpulse::push {

// The bits of Prometheus' staleness marker: a signalling NaN, so it must never pass through
// arithmetic.
inline constexpr std::uint64_t kStalenessBits = 0x7ff0000000000002;
double StalenessMarker();
bool IsStalenessMarker(double value);

// Since when counters count: Unix milliseconds, 0 where that is not known.
struct StartTimes {
  std::int64_t boot_ms = 0;     // Those of the kernel.
  std::int64_t process_ms = 0;  // Those of this process.
};

// Which series live, and under which id. A cycle is Begin, an Update for each sample, Finish. Not
// thread safe; allocates only for series that are new.
class SeriesTable {
 public:
  // `labels` are added to every series that has no label of that name, the earlier ones first. A
  // series of the first cycle counts since `starts`, one that comes later since the cycle before.
  explicit SeriesTable(LabelSet labels, StartTimes starts = {});

  // Before the first cycle: these series lived when a table before this one ended, and keep their
  // ids if they come back with the same labels. Those that the first cycle does not have are gone.
  // New ones get ids from `next_id` on.
  void Resume(std::vector<SeriesPtr> living, SeriesId next_id);

  void Begin(std::int64_t timestamp_ms);

  // The samples that follow are those of this family, all of them. Where they are the same series
  // as in the last cycle, which the family's version says, they need not be looked up.
  void BeginFamily(const FamilyView& family);

  // Notes a sample of this cycle; returns the value that the series had in the last cycle that had
  // it, or NaN for one that is new. A series given twice keeps the later value.
  double Update(const FamilyView& family, const SampleView& sample);

  // Closes the cycle: series that it did not have are gone, at once or, with `patient`, when they
  // were missing from the cycle before as well.
  void Finish(bool patient);

  // Gives these labels to the series that come from now on. Only where none lives: after a cycle
  // without an Update.
  void SetLabels(LabelSet labels) { labels_ = std::move(labels); }

  // The last cycle was at this time, as turns out later: the clock was not set then.
  void NoteTime(std::int64_t timestamp_ms) { timestamp_ms_ = timestamp_ms; }

  // The last cycle, valid until the next Begin.
  Collection collection() const;

  std::size_t size() const { return live_.size(); }

 private:
  struct Entry {
    SeriesPtr series;
    std::string identity;  // Name and labels as the source has them, packed.
    std::uint64_t hash = 0;
    std::uint64_t seen = 0;  // The cycle that had it last.
    double value = 0;
    bool shadowed = false;  // Another series has the same labels: left out of this cycle.
  };
  struct ByLabels {
    using is_transparent = void;
    static const LabelSet& Of(const LabelSet& labels) { return labels; }
    static const LabelSet& Of(const Series* series) { return series->labels; }
    static const LabelSet& Of(const SeriesPtr& series) { return series->labels; }
    bool operator()(const auto& a, const auto& b) const { return Of(a) < Of(b); }
  };

  Entry* Expected() const { return at_ < order_.size() ? order_[at_] : nullptr; }
  Entry* Find(const SampleView& sample, std::uint64_t hash);
  Entry& Insert(const FamilyView& family, const SampleView& sample, std::uint64_t hash);
  LabelSet LabelsOf(const SampleView& sample) const;
  std::int64_t StartOf(std::string_view family) const;
  SeriesPtr SeriesOf(const FamilyView& family, const SampleView& sample);
  void EndResumed();
  const std::shared_ptr<const SeriesFamily>& FamilyOf(const FamilyView& family);
  void Remove(Entry& entry);

  LabelSet labels_;
  StartTimes starts_;
  std::unordered_multimap<std::uint64_t, Entry*> index_;
  std::vector<std::unique_ptr<Entry>> live_;  // Ascending by id.
  // As the last cycle updated them: most likely the order of this one too, which saves the index.
  std::vector<Entry*> order_;
  std::size_t at_ = 0;
  // Where in it each family began, and with which version.
  struct FamilyPlace {
    std::uint64_t version = 0;
    std::size_t first = 0;
    bool operator==(const FamilyPlace&) const = default;
  };
  std::vector<FamilyPlace> families_at_;
  std::size_t family_ = 0;
  std::size_t known_ = 0;  // So many samples that follow are as in order_.
  std::set<const Series*, ByLabels> by_labels_;
  std::map<std::string, std::shared_ptr<const SeriesFamily>, std::less<>> families_;
  std::set<SeriesPtr, ByLabels> resumed_;  // Not seen yet.
  bool sorted_ = true;                     // Whether live_ is.
  SeriesId last_id_ = 0;
  std::uint64_t cycle_ = 0;
  std::int64_t timestamp_ms_ = 0;
  std::int64_t last_timestamp_ms_ = 0;

  std::vector<SeriesPtr> added_;
  std::vector<SeriesValue> values_;
  std::vector<SeriesId> gone_;
};

}  // namespace hostpulse::push
