// KeySet: the public keys of an issuer of JSON Web Tokens, as a JSON Web Key Set (RFC 7517) has them.
//
// Each key is good for one algorithm, by its type: RSA (2048 to 8192 bits) for RS256, P-256 for ES256, Ed25519 for EdDSA. Symmetric
// keys, and those for encryption, are passed over, so that neither "none" nor HMAC can ever verify. Immutable; any thread.
#pragma once

#include <openssl/evp.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace aureacore::auth {

enum class Algorithm : std::uint8_t { rs256, es256, eddsa };
std::optional<Algorithm> parse_algorithm(std::string_view text);

class KeySet {
 public:
  static constexpr std::size_t max_bytes = 256 << 10;
  static constexpr std::size_t max_keys = 64;

  // Errors: invalid, where it is no key set, or none of its keys is of use; too_large.
  static base::Result<KeySet> parse(std::string_view json);

  // Whether a key of this name signed the text. Without a name there must be one key alone for the algorithm.
  [[nodiscard]] bool verify(Algorithm algorithm, const std::optional<std::string>& key, std::string_view text,
                            std::string_view signature) const;
  [[nodiscard]] std::size_t size() const { return keys_.size(); }

  struct Key {
    std::string name;  // "kid"; empty: none
    Algorithm algorithm{};
    std::shared_ptr<EVP_PKEY> key;
  };

 private:
  std::vector<Key> keys_;
};

}  // namespace aureacore::auth
