// Wire: the bytes of parts: numbers of seven bits a byte, texts with their length before them. Nothing but what is
// written, in its order: equal content gives equal bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cache/digest.h"

namespace aureacore::cache {

class Output {
 public:
  void number(std::uint64_t value) {
    for (; value >= 128; value >>= 7) bytes_.push_back(static_cast<char>(value | 128));
    bytes_.push_back(static_cast<char>(value));
  }
  void text(std::string_view text) {
    number(text.size());
    bytes_.append(text);
  }
  void raw(std::string_view bytes) { bytes_.append(bytes); }
  void digest(const Digest& digest) { raw(digest.raw()); }

  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what anybody may have written. After the first thing that can't be so, everything reads as zero and empty, and
// ok() is false: ask once, at the end.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      value |= std::uint64_t{byte & 127U} << shift;
      if (byte < 128) return value;
    }
    fail();
    return 0;
  }
  // A number below `end`.
  std::uint64_t below(std::uint64_t end) {
    const std::uint64_t value = number();
    if (value < end) return value;
    fail();
    return 0;
  }
  // How many things follow, each of which takes at least so many bytes: never more than there can be.
  std::size_t count(std::size_t least_bytes = 1) { return below(rest_.size() / least_bytes + 1); }
  std::string_view text() { return raw(number()); }
  std::string_view raw(std::uint64_t size) {
    if (size > rest_.size()) {
      fail();
      return {};
    }
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  Digest digest();

  [[nodiscard]] std::string_view rest() const { return rest_; }

  void fail() {
    ok_ = false;
    rest_ = {};
  }
  [[nodiscard]] bool ok() const { return ok_; }
  // Everything was read, and was as it should be.
  [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

inline Digest Input::digest() {
  Digest digest;
  const auto bytes = raw(Digest::size);
  for (std::size_t i = 0; i < bytes.size(); ++i) digest.bytes[i] = static_cast<std::uint8_t>(bytes[i]);
  return digest;
}

}  // namespace aureacore::cache
