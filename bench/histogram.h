// Histogram of latencies in nanoseconds: buckets of equal relative width, so that a percentile is right to 1.6 % from
// 64 ns to hours. Fixed size, no allocation; one thread writes it.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace aureacore::bench {

class Histogram {
 public:
  void add(std::uint64_t nanoseconds) {
    ++counts_[bucket(nanoseconds)];
    ++total_;
    max_ = std::max(max_, nanoseconds);
  }

  [[nodiscard]] std::uint64_t total() const { return total_; }
  [[nodiscard]] std::uint64_t max() const { return max_; }

  // The value that `share` (0 to 1) of all values don't exceed; 0 where there are none.
  [[nodiscard]] std::uint64_t percentile(double share) const {
    const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(total_));
    std::uint64_t seen = 0;
    for (std::size_t index = 0; index < counts_.size(); ++index) {
      seen += counts_[index];
      if (counts_[index] != 0 && seen >= wanted) return std::min(upper(index), max_);
    }
    return max_;
  }

 private:
  static constexpr int fraction_bits = 6;
  static constexpr std::uint64_t fraction_count = 1U << fraction_bits;
  static constexpr std::size_t bucket_count = 48 * fraction_count;

  // Values below 64 have a bucket each; above, the leading bit and the six behind it choose.
  static constexpr std::size_t bucket(std::uint64_t value) {
    if (value < fraction_count) return value;
    const int shift = static_cast<int>(std::bit_width(value)) - 1 - fraction_bits;
    return std::min<std::size_t>(bucket_count - 1,
                                 (static_cast<std::size_t>(shift) << fraction_bits) + (value >> shift));
  }

  static constexpr std::uint64_t upper(std::size_t index) {
    if (index < fraction_count) return index;
    const std::size_t shift = (index >> fraction_bits) - 1;
    return (((index & (fraction_count - 1)) + fraction_count + 1) << shift) - 1;
  }

  std::array<std::uint32_t, bucket_count> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace aureacore::bench
