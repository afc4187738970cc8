// Selection: a set of entities of one snapshot as plain bits, one per slot; the scratch that filters are answered in.
//
// Slots come in blocks of 64, one word each. Not shared; one thread.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace aureacore::catalog {

class Selection {
 public:
  // Empty, over so many blocks.
  explicit Selection(std::size_t blocks = 0) : words_(blocks, 0) {}

  void reset(std::size_t blocks) { words_.assign(blocks, 0); }
  [[nodiscard]] std::size_t blocks() const { return words_.size(); }
  [[nodiscard]] std::uint64_t word(std::size_t block) const { return words_[block]; }
  std::uint64_t* words() { return words_.data(); }
  [[nodiscard]] std::span<const std::uint64_t> bits() const { return words_; }

  void insert(std::uint32_t slot) { words_[slot >> 6] |= std::uint64_t{1} << (slot & 63); }
  [[nodiscard]] bool contains(std::uint32_t slot) const { return (words_[slot >> 6] >> (slot & 63)) & 1; }

  Selection& operator&=(const Selection& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
  }
  Selection& operator|=(const Selection& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
  }
  Selection& operator-=(const Selection& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
    return *this;
  }
  [[nodiscard]] std::size_t count() const {
    std::size_t sum = 0;
    for (const std::uint64_t word : words_) sum += static_cast<std::size_t>(std::popcount(word));
    return sum;
  }

  // Calls visit(slot) for each member, by slot.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (std::size_t block = 0; block < words_.size(); ++block) {
      for (std::uint64_t rest = words_[block]; rest != 0; rest &= rest - 1) {
        visit(static_cast<std::uint32_t>(block * 64 + static_cast<std::size_t>(std::countr_zero(rest))));
      }
    }
  }

 private:
  std::vector<std::uint64_t> words_;
};

}  // namespace aureacore::catalog
