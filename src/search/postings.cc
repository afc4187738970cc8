#include "search/postings.h"

#include <algorithm>
#include <limits>

namespace aureacore::search {
namespace {

// Chunks are made this large, and may grow to the other size before they are cut.
constexpr std::size_t chunk_bytes = 768;
constexpr std::size_t max_chunk_bytes = 2 * chunk_bytes;
// A list whose chunks are smaller than this on average is written anew.
constexpr std::size_t min_chunk_bytes = chunk_bytes / 4;

void append_number(std::string& out, std::uint64_t value) {
  for (; value >= 128; value >>= 7) out.push_back(static_cast<char>(value | 128));
  out.push_back(static_cast<char>(value));
}

// Cuts what it is given into chunks.
class ListWriter {
 public:
  explicit ListWriter(Postings& list) : list_(list) {}

  void limit(std::size_t bytes) { limit_ = bytes; }

  void put(Posting posting) {
    if (part_.count == 0) {
      part_.first = posting.document;
      writer_ = {};
    }
    writer_.put(bytes_, posting);
    ++part_.count;
    if (bytes_.size() >= limit_) flush();
  }

  void share(const Postings::Part& part) {
    flush();
    list_.parts.push_back(part);
    list_.count += part.count;
  }

  void flush() {
    if (part_.count == 0) return;
    boost::intrusive_ptr<Chunk> chunk(new Chunk);
    chunk->bytes.assign(bytes_);  // of just its size
    bytes_.clear();
    part_.chunk = std::move(chunk);
    list_.count += part_.count;
    list_.parts.push_back(std::move(part_));
    part_ = {};
  }

 private:
  Postings& list_;
  std::size_t limit_ = chunk_bytes;
  std::string bytes_;
  PostingWriter writer_;
  Postings::Part part_;
};

// The changes, one ahead.
class ChangeReader {
 public:
  explicit ChangeReader(std::string_view bytes) : reader_(bytes), bytes_(bytes.size()) { next(); }

  [[nodiscard]] bool has_before(std::uint64_t document) const { return valid_ && change_.document < document; }
  [[nodiscard]] Posting change() const { return change_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  void next() { valid_ = reader_.next(change_); }

 private:
  PostingReader reader_;
  std::size_t bytes_;
  Posting change_;
  bool valid_ = false;
};

// Writes the old bytes with the changes to documents before `end`.
template <class Put>
void merge_bytes(std::string_view before, ChangeReader& changes, std::uint64_t end, const Put& put) {
  const auto put_change = [&] {
    if (!changes.change().fields.empty()) put(changes.change());
    changes.next();
  };
  PostingReader reader(before);
  for (Posting old; reader.next(old);) {
    while (changes.has_before(old.document)) put_change();
    if (changes.has_before(std::uint64_t{old.document} + 1)) {
      put_change();
    } else {
      put(old);
    }
  }
  while (changes.has_before(end)) put_change();
}

constexpr std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();

void merge_parts(const Postings& before, ChangeReader& changes, ListWriter& writer) {
  for (std::size_t i = 0; i < before.parts.size(); ++i) {
    const Postings::Part& part = before.parts[i];
    const std::uint64_t end = i + 1 < before.parts.size() ? before.parts[i + 1].first : no_end;
    if (!changes.has_before(end)) {
      writer.share(part);
      continue;
    }
    writer.flush();
    const std::size_t size = part.chunk->bytes.size() + changes.bytes();
    writer.limit(size <= max_chunk_bytes ? no_end : chunk_bytes);
    merge_bytes(part.chunk->bytes, changes, end, [&](Posting posting) { writer.put(posting); });
  }
}

MergedPostings finish(boost::intrusive_ptr<Postings> list) {
  std::size_t size = 0;
  for (const Postings::Part& part : list->parts) size += part.chunk->bytes.size();
  if (list->parts.size() > 1 && size < min_chunk_bytes * list->parts.size()) {
    boost::intrusive_ptr<Postings> fresh(new Postings);
    ListWriter writer(*fresh);
    PostingView{.bytes = {}, .list = list.get()}.for_each([&](Posting posting) { writer.put(posting); });
    writer.flush();
    list = std::move(fresh);
  }
  if (list->parts.empty()) return {};
  if (list->parts.size() == 1 && size <= max_short_bytes)
    return {.bytes = list->parts.front().chunk->bytes, .list = {}};
  list->parts.shrink_to_fit();
  return {.bytes = {}, .list = std::move(list)};
}

}  // namespace

void PostingWriter::put(std::string& out, Posting posting) {
  const bool differs = posting.fields != fields_;
  append_number(out, (std::uint64_t{posting.document - next_} << 1) | (differs ? 1 : 0));
  if (differs) out.push_back(static_cast<char>(posting.fields.bits()));
  fields_ = posting.fields;
  next_ = posting.document + 1;
}

std::uint32_t PostingView::count() const {
  if (list != nullptr) return list->count;
  std::uint32_t count = 0;
  for_each([&](Posting) { ++count; });
  return count;
}

MergedPostings merge(const PostingView& before, std::string_view changes) {
  ChangeReader reader(changes);
  if (before.list == nullptr && before.bytes.size() + changes.size() <= max_short_bytes) {
    MergedPostings merged;
    PostingWriter writer;
    merge_bytes(before.bytes, reader, no_end, [&](Posting posting) { writer.put(merged.bytes, posting); });
    return merged;
  }
  boost::intrusive_ptr<Postings> list(new Postings);
  ListWriter writer(*list);
  if (before.list == nullptr) {
    merge_bytes(before.bytes, reader, no_end, [&](Posting posting) { writer.put(posting); });
  } else {
    merge_parts(*before.list, reader, writer);
  }
  writer.flush();
  return finish(std::move(list));
}

}  // namespace aureacore::search
