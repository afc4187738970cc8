// Secret: what a sender and we have in common, and what is computed with it. Comparisons take the same time whatever they
// find. Immutable; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aureacore::hooks {

enum class Digest : std::uint8_t { sha256, sha512 };

class Secret {
 public:
  // As it is configured. Error: invalid: it is empty, or begins with "whsec_" and isn't base64 behind that.
  static base::Result<Secret> parse(std::string text);

  // Whether these hexadecimal digits are the HMAC of the bytes; another number of digits never is.
  [[nodiscard]] bool signs(Digest digest, std::string_view bytes, std::string_view hexadecimal) const;
  // Standard Webhooks: whether this base64 is the HMAC-SHA256, under the key that "whsec_" stands before, or the text itself.
  [[nodiscard]] bool signs_standard(std::string_view bytes, std::string_view base64) const;
  // Whether a sender that signs nothing has shown the secret itself.
  [[nodiscard]] bool is(std::string_view shown) const;

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  Secret(std::string text, std::string key) : text_(std::move(text)), key_(std::move(key)) {}

  std::string text_;
  std::string key_;  // of Standard Webhooks
};

// RFC 4648's base64 with its padding or without; nothing on any other character.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace aureacore::hooks
