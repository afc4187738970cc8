// A small random sequence (SplitMix64): the same numbers from the same seed on every machine and library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace aureacore::generate {

class Random {
 public:
  // A sequence for each (seed, stream, index), so that any entity can be written without those before it.
  Random(std::uint64_t seed, std::uint64_t stream, std::uint64_t index)
      : state_(seed * 0x9E3779B97F4A7C15U ^ stream * 0xD1B54A32D192ED03U ^ index * 0x2545F4914F6CDD1DU) {
    next();
  }

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }

  // 0 … bound - 1; a bound of 0 counts as 1.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }

  template <class T, std::size_t N>
  const T& pick(const std::array<T, N>& choices) {
    return choices[below(N)];
  }

 private:
  std::uint64_t state_;
};

}  // namespace aureacore::generate
