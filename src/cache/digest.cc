#include "cache/digest.h"

#include <openssl/sha.h>

#include <algorithm>

namespace aureacore::cache {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

}  // namespace

Digest Digest::of(std::string_view content) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> whole{};
  SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), whole.data());
  Digest digest;
  std::copy_n(whole.begin(), size, digest.bytes.begin());
  return digest;
}

std::optional<Digest> Digest::parse(std::string_view hex) {
  if (hex.size() != 2 * size) return std::nullopt;
  Digest digest;
  for (std::size_t i = 0; i < hex.size(); ++i) {
    const auto value = digits.find(hex[i]);
    if (value == std::string_view::npos) return std::nullopt;
    digest.bytes[i / 2] = static_cast<std::uint8_t>((digest.bytes[i / 2] << 4) | value);
  }
  return digest;
}

std::string Digest::hex() const {
  std::string text;
  text.reserve(2 * size);
  for (const std::uint8_t byte : bytes) {
    text.push_back(digits[byte >> 4]);
    text.push_back(digits[byte & 15]);
  }
  return text;
}

}  // namespace aureacore::cache
