// Output: a growing run of bytes; what waits to be written to a connection. Owned by one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace aureacore::http {

class Output {
 public:
  Output() = default;
  Output(Output&& other) noexcept { swap(other); }
  Output& operator=(Output&& other) noexcept {
    swap(other);
    return *this;
  }
  ~Output() = default;

  void swap(Output& other) noexcept {
    data_.swap(other.data_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
    std::swap(capacity_, other.capacity_);
  }
  void append(std::string_view bytes) {
    char* at = reserve(bytes.size());
    if (!bytes.empty()) __builtin_memcpy(at, bytes.data(), bytes.size());
    end_ += bytes.size();
  }
  // Room for `count` more bytes; write there, then commit them.
  char* reserve(std::size_t count) {
    if (capacity_ - end_ < count) grow(count);
    return data_.get() + end_;
  }
  void commit(std::size_t count) { end_ += count; }
  [[nodiscard]] std::string_view view() const { return {data_.get() + begin_, size()}; }
  [[nodiscard]] char* data() { return data_.get() + begin_; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  void clear() { begin_ = end_ = 0; }
  void truncate(std::size_t size) { end_ = begin_ + size; }
  // Drops the first bytes, which have been written. Costs nothing: a large answer leaves in many small pieces.
  void consume(std::size_t count);
  // Gives memory back that one large answer needed.
  void shrink(std::size_t keep);

 private:
  void grow(std::size_t count);
  void move_to(std::size_t capacity);

  std::unique_ptr<char[]> data_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace aureacore::http
