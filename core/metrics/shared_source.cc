#include "core/metrics/shared_source.h"

#include <algorithm>
#include <utility>

namespace hostpulse {

// The families are there and hold still until everybody who joined has seen them.
class SharedSource::Hold {
 public:
  Hold(SharedSource& source, Flight& flight, std::span<const FamilyView> families)
      : source_(source), flight_(flight) {
    const MutexLock lock(source_.mutex_);
    source_.Close(flight_);
    flight_.families = families;
    flight_.stage = Flight::Stage::kHolding;
    source_.changed_.notify_all();
  }
  ~Hold() {
    MutexLock lock(source_.mutex_);
    while (flight_.visiting > 0) source_.changed_.wait(lock);
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

 private:
  SharedSource& source_;
  Flight& flight_;
};

// A caller that joined looks at the families, however that ends.
class SharedSource::Visit {
 public:
  Visit(SharedSource& source, Flight& flight) : source_(source), flight_(flight) {}
  ~Visit() {
    const MutexLock lock(source_.mutex_);
    --flight_.visiting;
    source_.changed_.notify_all();
  }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

 private:
  SharedSource& source_;
  Flight& flight_;
};

// The end of a collection, whether it came to its families or not.
class SharedSource::End {
 public:
  End(SharedSource& source, Flight& flight) : source_(source), flight_(flight) {}
  ~End() {
    const MutexLock lock(source_.mutex_);
    source_.Close(flight_);
    flight_.stage = Flight::Stage::kOver;
    source_.changed_.notify_all();
  }
  End(const End&) = delete;
  End& operator=(const End&) = delete;

  Status Note(Status status) {
    const MutexLock lock(source_.mutex_);
    flight_.status = status;
    return status;
  }

 private:
  SharedSource& source_;
  Flight& flight_;
};

bool SharedSource::IsInHurry(const GatherFilter& filter) const {
  return filter.deadline && *filter.deadline < clock_.Monotonic() + patience_;
}

Status SharedSource::Gather(const GatherFilter& filter, FamilyVisitor visit) {
  if (IsInHurry(filter)) return source_.Gather(filter, visit);
  const auto [flight, joined] = JoinOrOpen(filter);
  if (filter.began != nullptr) *filter.began = flight->began;
  return joined ? Follow(*flight, visit) : Lead(*flight, visit);
}

SharedSource::Place SharedSource::JoinOrOpen(const GatherFilter& filter) {
  const MutexLock lock(mutex_);
  for (const std::shared_ptr<Flight>& flight : open_) {
    if (flight->filter.collect != filter.collect || flight->filter.exclude != filter.exclude) {
      continue;
    }
    ++flight->visiting;
    return {flight, true};
  }
  return {open_.emplace_back(std::make_shared<Flight>(filter, clock_.Monotonic())), false};
}

Status SharedSource::Lead(Flight& flight, FamilyVisitor visit) {
  End end(*this, flight);
  return end.Note(source_.Gather(flight.filter, [&](std::span<const FamilyView> families) {
    const Hold hold(*this, flight, families);
    visit(families);
  }));
}

Status SharedSource::Follow(Flight& flight, FamilyVisitor visit) {
  const Visit visiting(*this, flight);
  {
    MutexLock lock(mutex_);
    while (flight.stage == Flight::Stage::kGathering) changed_.wait(lock);
    if (flight.stage == Flight::Stage::kOver) return flight.status;
  }
  visit(flight.families);
  return {};
}

void SharedSource::Close(const Flight& flight) {
  std::erase_if(open_, [&](const auto& each) { return each.get() == &flight; });
}

}  // namespace hostpulse
