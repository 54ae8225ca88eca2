#include "push/queue/log_view.h"

#include <fcntl.h>

#include <algorithm>
#include <utility>

#include "push/queue/collection_reader.h"
#include "push/queue/cursor_file.h"

namespace hostpulse::push {
namespace {

constexpr std::size_t kWindow = std::size_t{256} << 10;

}  // namespace

Result<std::unique_ptr<LogView>> LogView::Open(const std::string& path, bool refused, FileIo& io) {
  auto directory = QueueDirectory::Open(path, QueueDirectory::Purpose::kRead, io);
  if (!directory) return directory.status();
  std::unique_ptr<LogView> view(new LogView());
  view->directory_ = std::move(directory).value();
  if (Status status = view->List(refused); !status.ok()) return status;
  return view;
}

Status LogView::List(bool refused) {
  const auto listing = directory_->List();
  if (!listing) return listing.status();
  foreign_files_ = listing->others;
  const auto& segments = listing->segments;
  for (const std::uint64_t base : listing->refused) {
    const bool twice = std::binary_search(segments.begin(), segments.end(), base);
    if (refused && !twice) AddFile(RefusedName(base), base);
  }
  for (const std::uint64_t base : segments) AddFile(SegmentName(base), base);
  std::ranges::stable_sort(files_, {}, &LogFile::base);
  for (const std::string& name : listing->cursors) AddCursor(name);
  return {};
}

void LogView::AddFile(std::string name, std::uint64_t base) {
  UniqueFd fd;
  struct stat info {};
  if (directory_->OpenFile(name, O_RDONLY, fd) < 0) return;
  if (directory_->io().Stat(fd.get(), info) < 0) return;
  const auto bytes = static_cast<std::uint64_t>(info.st_size);
  SegmentReader reader(directory_->io(), kSegmentHeaderSize);
  if (reader.Open(std::move(fd), bytes) < 0) return;
  files_.push_back({std::move(name), base, bytes, reader.header_state()});
}

void LogView::AddCursor(const std::string& name) {
  CursorFile file(*directory_, name, "");
  if (file.Load(CursorFile::Access::kRead) < 0) return;
  cursors_.push_back({name, file.destination(), file.acked_sequence(), file.damaged()});
}

bool LogView::locked() const {
  return directory_->IsLocked();
}

const CursorView* LogView::FindCursor(std::string_view destination) const {
  const auto found = std::ranges::find(cursors_, destination, &CursorView::destination);
  return found == cursors_.end() ? nullptr : &*found;
}

void LogView::ForEach(const LogFilter& filter, const Visitor& visit) const {
  CollectionReader reader(*directory_, kWindow, nullptr);
  std::uint64_t last = filter.after_sequence;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const LogFile& file = files_[i];
    // Everything in it is below the next one's number.
    if (i + 1 < files_.size() && files_[i + 1].base <= last + 1) continue;
    if (file.header == HeaderState::kNewer || reader.Open(file.name, file.bytes) < 0) continue;
    while (reader.Next() == SegmentReader::Step::kRecord) {
      const RecordHeader& record = reader.record();
      if (record.sequence <= last) continue;
      last = record.sequence;
      if (record.timestamp_ms < filter.since_ms || record.timestamp_ms >= filter.until_ms) continue;
      const CollectionDecoder& read = reader.collection();
      const LoggedCollection collection = {record.sequence, record.timestamp_ms, read.replaced(),
                                           read.values(), read.gone()};
      if (!visit(collection)) return;
    }
  }
}

bool ForEachBatch(const LogView& view, const LogFilter& filter, std::size_t samples,
                  const std::function<bool(const Batch&)>& visit) {
  BatchBuilder builder;
  Batch batch;
  std::int64_t last_ms = 0;
  bool wanted = true;
  const auto finish = [&] {
    if (batch.collections == 0) return;
    builder.Finish(batch);
    wanted = visit(batch);
    builder.Start();
    batch.collections = 0;
  };
  builder.Start();
  view.ForEach(filter, [&](const LoggedCollection& collection) {
    const bool apart = collection.replaced || collection.timestamp_ms <= last_ms;
    if (apart || builder.samples() + collection.values.size() > samples) finish();
    builder.Add(collection.timestamp_ms, collection.values);
    builder.Add(collection.timestamp_ms, collection.gone);
    last_ms = collection.timestamp_ms;
    batch.last_sequence = collection.sequence;
    ++batch.collections;
    return wanted;
  });
  if (wanted) finish();
  return wanted;
}

}  // namespace hostpulse::push
