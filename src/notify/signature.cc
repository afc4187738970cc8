#include "notify/signature.h"

#include <fmt/core.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <limits>

namespace aureacore::notify {
namespace {

constexpr std::string_view prefix = "whsec_";
constexpr std::size_t least_key_bytes = 24;
constexpr std::size_t most_key_bytes = 64;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes_of(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

// Nothing where it is no base64 with its padding.
std::string unbase64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > 2 * most_key_bytes) return {};
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), bytes_of(text), static_cast<int>(text.size()));
  if (size < 0) return {};
  const std::size_t padding = text.size() - (text.find_last_not_of('=') + 1);
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

}  // namespace

base::Result<std::string> read_key(std::string_view secret) {
  std::string key = secret.starts_with(prefix) ? unbase64(secret.substr(prefix.size())) : std::string();
  if (key.size() < least_key_bytes || key.size() > most_key_bytes) {
    return base::fail(base::Code::invalid, "expected a secret of whsec_ and {} to {} bytes in base64, found another",
                      least_key_bytes, most_key_bytes);
  }
  return key;
}

std::string sign(std::string_view key, std::string_view id, std::int64_t time, std::string_view body) {
  const std::string content = fmt::format("{}.{}.{}", id, time, body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> code{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(content), content.size(), code.data(), &size);
  return "v1," + base64({reinterpret_cast<const char*>(code.data()), size});
}

}  // namespace aureacore::notify
