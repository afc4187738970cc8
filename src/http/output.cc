#include "http/output.h"

#include <algorithm>
#include <cstring>

namespace aureacore::http {

namespace {

constexpr std::size_t smallest_capacity = 512;

}  // namespace

void Output::consume(std::size_t count) {
  begin_ += count;
  if (begin_ == end_) clear();
}

void Output::shrink(std::size_t keep) {
  if (capacity_ > keep) move_to(std::max(size(), keep));
}

void Output::grow(std::size_t count) {
  const std::size_t needed = size() + count;
  // Room that was written and dropped at the front is used again, unless that would mean moving the same bytes over and
  // over.
  if (needed <= capacity_ / 2) {
    std::memmove(data_.get(), data_.get() + begin_, size());
    end_ -= begin_;
    begin_ = 0;
    return;
  }
  move_to(std::max({smallest_capacity, capacity_ * 2, needed}));
}

void Output::move_to(std::size_t capacity) {
  const std::size_t kept = size();
  auto data = capacity == 0 ? nullptr : std::make_unique_for_overwrite<char[]>(capacity);
  if (kept != 0) std::memcpy(data.get(), data_.get() + begin_, kept);
  data_ = std::move(data);
  begin_ = 0;
  end_ = kept;
  capacity_ = capacity;
}

}  // namespace aureacore::http
