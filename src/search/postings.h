// Postings: which documents have a term, and in which fields; sorted by document, a byte or two for each.
//
// Documents are numbers; each posting is the distance to the one before, and the fields where they differ from the one
// before. A posting without fields takes a document out: changes are written the same way as what they change. Long
// lists are cut into chunks, and those that a change doesn't touch are shared with the list before.
#pragma once

#include <algorithm>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/document.h"

namespace aureacore::search {

struct Posting {
  std::uint32_t document = 0;
  Fields fields;
};

class PostingWriter {
 public:
  // Documents in growing order.
  void put(std::string& out, Posting posting);

 private:
  std::uint32_t next_ = 0;
  Fields fields_;
};

// Reads what a PostingWriter wrote.
class PostingReader {
 public:
  explicit PostingReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  // False at the end.
  bool next(Posting& posting) {
    if (at_ == end_) return false;
    const std::uint64_t distance = number();
    if ((distance & 1) != 0) fields_ = Fields(static_cast<std::uint8_t>(*at_++));
    posting.document = next_ + static_cast<std::uint32_t>(distance >> 1);
    posting.fields = fields_;
    next_ = posting.document + 1;
    return true;
  }

 private:
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(*at_++);
      value |= static_cast<std::uint64_t>(byte & 127) << shift;
      if (byte < 128) return value;
    }
  }

  const char* at_;
  const char* end_;
  std::uint32_t next_ = 0;
  Fields fields_;
};

struct Chunk : boost::intrusive_ref_counter<Chunk> {
  std::string bytes;
};
using ChunkPtr = boost::intrusive_ptr<const Chunk>;

// A long list.
struct Postings : boost::intrusive_ref_counter<Postings> {
  struct Part {
    std::uint32_t first = 0;  // document
    std::uint32_t count = 0;
    ChunkPtr chunk;
  };
  std::uint32_t count = 0;
  std::vector<Part> parts;
};
using PostingsPtr = boost::intrusive_ptr<const Postings>;

// A list as it is stored: a short one as bytes, a long one by its object (then not null).
struct PostingView {
  std::string_view bytes;
  const Postings* list = nullptr;

  [[nodiscard]] std::uint32_t count() const;
  // visit(posting) for each, by document.
  template <class Visit>
  void for_each(const Visit& visit) const {
    if (list == nullptr) return for_each_in(bytes, visit);
    for (const Postings::Part& part : list->parts) for_each_in(part.chunk->bytes, visit);
  }
  // The same, without those of a long list that stand far from all of these documents (sorted).
  template <class Visit>
  void for_each_near(std::span<const std::uint32_t> documents, const Visit& visit) const {
    if (list == nullptr) return for_each_in(bytes, visit);
    for (std::size_t i = 0; i < list->parts.size(); ++i) {
      const auto next = std::ranges::lower_bound(documents, list->parts[i].first);
      if (next == documents.end()) return;
      const bool before_next_part = i + 1 == list->parts.size() || *next < list->parts[i + 1].first;
      if (before_next_part) for_each_in(list->parts[i].chunk->bytes, visit);
    }
  }

 private:
  template <class Visit>
  static void for_each_in(std::string_view bytes, const Visit& visit) {
    PostingReader reader(bytes);
    for (Posting posting; reader.next(posting);) visit(posting);
  }
};

// Lists up to this size are stored as bytes beside their term.
constexpr std::size_t max_short_bytes = 64;

struct MergedPostings {
  std::string bytes;  // of a short list
  PostingsPtr list;   // of a long one
  [[nodiscard]] bool empty() const { return bytes.empty() && list == nullptr; }
};

// The list with the changes (as a PostingWriter wrote them) applied.
MergedPostings merge(const PostingView& before, std::string_view changes);

}  // namespace aureacore::search
