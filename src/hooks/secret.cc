#include "hooks/secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace aureacore::hooks {
namespace {

constexpr std::string_view key_prefix = "whsec_";

using Bytes = std::array<unsigned char, EVP_MAX_MD_SIZE>;

const unsigned char* data(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// The HMAC's bytes as a text; empty where OpenSSL can't.
std::string hmac(Digest digest, std::string_view key, std::string_view bytes) {
  Bytes out{};
  unsigned size = 0;
  const EVP_MD* const algorithm = digest == Digest::sha256 ? EVP_sha256() : EVP_sha512();
  if (HMAC(algorithm, key.data(), static_cast<int>(key.size()), data(bytes), bytes.size(), out.data(), &size) ==
      nullptr) {
    return {};
  }
  return {reinterpret_cast<const char*>(out.data()), size};
}

bool same(std::string_view a, std::string_view b) {
  return !a.empty() && a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char letter = base::lower(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

// Empty where it isn't whole bytes of hexadecimal digits.
std::string from_hexadecimal(std::string_view text) {
  std::string bytes;
  if (text.size() % 2 != 0 || text.size() > 2 * std::tuple_size_v<Bytes>) return bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return {};
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

}  // namespace

std::optional<std::string> base64_decode(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  if (text.find_first_of("-_") != std::string_view::npos) return std::nullopt;
  std::string url_safe(text);
  std::ranges::replace(url_safe, '+', '-');
  std::ranges::replace(url_safe, '/', '_');
  return base::base64url_decode(url_safe);
}

base::Result<Secret> Secret::parse(std::string text) {
  if (text.empty()) return base::fail(base::Code::invalid, "expected a secret, found nothing");
  std::string key = text;
  if (text.starts_with(key_prefix)) {
    const auto decoded = base64_decode(std::string_view(text).substr(key_prefix.size()));
    if (!decoded || decoded->empty()) {
      return base::fail(base::Code::invalid, "expected base64 behind {}, found something else", key_prefix);
    }
    key = *decoded;
  }
  return Secret(std::move(text), std::move(key));
}

bool Secret::signs(Digest digest, std::string_view bytes, std::string_view hexadecimal) const {
  const std::string given = from_hexadecimal(hexadecimal);
  return !given.empty() && same(hmac(digest, text_, bytes), given);
}

bool Secret::signs_standard(std::string_view bytes, std::string_view base64) const {
  const auto given = base64_decode(base64);
  return given && same(hmac(Digest::sha256, key_, bytes), *given);
}

// Of digests, so that not even the secret's length shows.
bool Secret::is(std::string_view shown) const {
  return same(hmac(Digest::sha256, text_, shown), hmac(Digest::sha256, text_, text_));
}

}  // namespace aureacore::hooks
