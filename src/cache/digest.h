// Digest: names bytes by their content: the first 160 bits of their SHA-256, the same on every instance.
//
// A cryptographic hash, because what it names is made of what strangers write into their descriptors. A value.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aureacore::cache {

struct Digest {
  static constexpr std::size_t size = 20;

  std::array<std::uint8_t, size> bytes{};

  static Digest of(std::string_view content);
  // From hex(); nothing for any other text.
  static std::optional<Digest> parse(std::string_view hex);

  // 40 lower-case hexadecimal digits.
  [[nodiscard]] std::string hex() const;
  // The bytes as they stand.
  [[nodiscard]] std::string_view raw() const { return {reinterpret_cast<const char*>(bytes.data()), size}; }

  friend auto operator<=>(const Digest&, const Digest&) = default;
};

}  // namespace aureacore::cache
