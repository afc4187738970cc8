#include "auth/token.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <charconv>
#include <cstdlib>

#include "base/text.h"

namespace aureacore::auth {
namespace {

constexpr std::string_view digest_prefix = "sha256:";

}  // namespace

TokenDigest digest_of(std::string_view token) {
  TokenDigest digest{};
  unsigned size = 0;
  // Fails only where no memory is left.
  if (EVP_Digest(token.data(), token.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) std::abort();
  return digest;
}

std::string to_string(const TokenDigest& digest) {
  std::string text(digest_prefix);
  for (const std::uint8_t byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

base::Result<TokenDigest> parse_digest(std::string_view text) {
  const auto wrong = [] {
    return base::fail(base::Code::invalid,
                      "expected \"sha256:\" and 64 hexadecimal digits, as `aureacore token` prints them");
  };
  TokenDigest digest{};
  if (!text.starts_with(digest_prefix)) return wrong();
  text.remove_prefix(digest_prefix.size());
  if (text.size() != 2 * digest.size()) return wrong();
  for (std::uint8_t& byte : digest) {
    const std::string_view pair = text.substr(0, 2);
    const auto [end, error] = std::from_chars(pair.begin(), pair.end(), byte, 16);
    if (error != std::errc() || end != pair.end()) return wrong();
    text.remove_prefix(2);
  }
  return digest;
}

bool equal(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string make_token(std::span<const std::uint8_t, 32> random) {
  return std::string(token_prefix) +
         base::base64url_encode({reinterpret_cast<const char*>(random.data()), random.size()});
}

}  // namespace aureacore::auth
