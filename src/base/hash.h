// Non-cryptographic hashes (XXH3). hash64 is for tables in memory and takes a seed; hash128 with its hexadecimal form
// names content (entity etags, uids, digests) and is the same on every instance.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace aureacore::base {

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const Hash128&, const Hash128&) = default;

  // 32 lower-case hexadecimal digits.
  [[nodiscard]] std::array<char, 32> hex() const;
};

Hash128 hash128(std::string_view bytes);

// hash128 over several pieces, equal to the hash of their concatenation.
class Hasher128 {
 public:
  Hasher128();
  ~Hasher128();
  Hasher128(const Hasher128&) = delete;
  Hasher128& operator=(const Hasher128&) = delete;

  void update(std::string_view bytes);
  [[nodiscard]] Hash128 digest() const;

 private:
  void* state_;
};

}  // namespace aureacore::base
