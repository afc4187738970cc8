#include "auth/jwks.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <functional>

#include "base/text.h"

namespace aureacore::auth {
namespace {

using base::Code;
using base::fail;
using simdjson::dom::element;
using Bytes = std::string;

constexpr int least_rsa_bits = 2048;
constexpr int most_rsa_bits = 8192;
constexpr std::size_t most_exponent_bytes = 8;
constexpr std::size_t coordinate_bytes = 32;

constexpr std::array<std::string_view, 3> algorithm_names{"RS256", "ES256", "EdDSA"};

std::string_view member_text(element object, const char* member) {
  std::string_view text;
  return object[member].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

Bytes bytes_of(element object, const char* member) {
  return base::base64url_decode(member_text(object, member)).value_or("");
}

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

struct Free {
  void operator()(OSSL_PARAM_BLD* value) const { OSSL_PARAM_BLD_free(value); }
  void operator()(OSSL_PARAM* value) const { OSSL_PARAM_free(value); }
  void operator()(EVP_PKEY_CTX* value) const { EVP_PKEY_CTX_free(value); }
  void operator()(EVP_MD_CTX* value) const { EVP_MD_CTX_free(value); }
  void operator()(BIGNUM* value) const { BN_free(value); }
  void operator()(ECDSA_SIG* value) const { ECDSA_SIG_free(value); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;
using KeyPtr = std::shared_ptr<EVP_PKEY>;

Owned<BIGNUM> number(std::string_view bytes) {
  return Owned<BIGNUM>(BN_bin2bn(raw(bytes), static_cast<int>(bytes.size()), nullptr));
}

// Null: it is no such key.
KeyPtr make_key(const char* type, const std::function<bool(OSSL_PARAM_BLD*)>& fill) {
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr || !fill(builder.get())) return nullptr;
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return {key, EVP_PKEY_free};
}

KeyPtr rsa_key(element jwk) {
  const Bytes modulus = bytes_of(jwk, "n");
  const Bytes exponent = bytes_of(jwk, "e");
  if (modulus.size() > most_rsa_bits / 8 || exponent.empty() || exponent.size() > most_exponent_bytes) return nullptr;
  const auto n = number(modulus);
  const auto e = number(exponent);
  if (n == nullptr || e == nullptr || BN_num_bits(n.get()) < least_rsa_bits) return nullptr;
  return make_key("RSA", [&](OSSL_PARAM_BLD* builder) {
    return OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
           OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e.get()) == 1;
  });
}

KeyPtr p256_key(element jwk) {
  const Bytes x = bytes_of(jwk, "x");
  const Bytes y = bytes_of(jwk, "y");
  if (member_text(jwk, "crv") != "P-256" || x.size() != coordinate_bytes || y.size() != coordinate_bytes)
    return nullptr;
  const Bytes point = "\x04" + x + y;
  return make_key("EC", [&](OSSL_PARAM_BLD* builder) {
    return OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
           OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1;
  });
}

KeyPtr ed25519_key(element jwk) {
  const Bytes x = bytes_of(jwk, "x");
  if (member_text(jwk, "crv") != "Ed25519" || x.size() != coordinate_bytes) return nullptr;
  return {EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(x), x.size()), EVP_PKEY_free};
}

// Without a key: it isn't of use here.
KeySet::Key read_key(element jwk) {
  KeySet::Key result{.name = std::string(member_text(jwk, "kid")), .algorithm = {}, .key = {}};
  const std::string_view use = member_text(jwk, "use");
  const std::string_view type = member_text(jwk, "kty");
  if (!use.empty() && use != "sig") return result;
  if (type == "RSA") {
    result.algorithm = Algorithm::rs256;
    result.key = rsa_key(jwk);
  } else if (type == "EC") {
    result.algorithm = Algorithm::es256;
    result.key = p256_key(jwk);
  } else if (type == "OKP") {
    result.algorithm = Algorithm::eddsa;
    result.key = ed25519_key(jwk);
  }
  const std::string_view algorithm = member_text(jwk, "alg");
  if (!algorithm.empty() && parse_algorithm(algorithm) != result.algorithm) result.key.reset();
  return result;
}

// JSON Web Signatures have the two numbers side by side (RFC 7518, 3.4), OpenSSL wants them in DER; empty: they are none.
Bytes to_der(std::string_view signature) {
  if (signature.size() != 2 * coordinate_bytes) return {};
  const Owned<ECDSA_SIG> pair(ECDSA_SIG_new());
  auto r = number(signature.substr(0, coordinate_bytes));
  auto s = number(signature.substr(coordinate_bytes));
  if (pair == nullptr || r == nullptr || s == nullptr || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  r.release();  // NOLINT(bugprone-unused-return-value): the pair's by now
  s.release();  // NOLINT(bugprone-unused-return-value)
  unsigned char* bytes = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &bytes);
  if (size <= 0) return {};
  Bytes der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

bool verifies(const KeySet::Key& key, std::string_view text, std::string_view signature) {
  const EVP_MD* const digest = key.algorithm == Algorithm::eddsa ? nullptr : EVP_sha256();
  const Bytes der = key.algorithm == Algorithm::es256 ? to_der(signature) : Bytes(signature);
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  const bool good = context != nullptr &&
                    EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.key.get()) == 1 &&
                    EVP_DigestVerify(context.get(), raw(der), der.size(), raw(text), text.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace

std::optional<Algorithm> parse_algorithm(std::string_view text) {
  const auto* const at = std::ranges::find(algorithm_names, text);
  if (at == algorithm_names.end()) return std::nullopt;
  return static_cast<Algorithm>(at - algorithm_names.begin());
}

base::Result<KeySet> KeySet::parse(std::string_view json) {
  if (json.size() > max_bytes) return fail(Code::too_large, "expected a key set of at most {} bytes", max_bytes);
  simdjson::dom::parser parser;
  element root;
  simdjson::dom::array items;
  if (parser.parse(simdjson::padded_string(json)).get(root) != simdjson::SUCCESS ||
      root["keys"].get(items) != simdjson::SUCCESS) {
    return fail(Code::invalid, "expected a JSON Web Key Set, as in {{\"keys\": […]}}");
  }
  if (items.size() > max_keys)
    return fail(Code::too_large, "expected at most {} keys, found {}", max_keys, items.size());
  KeySet set;
  for (const element item : items) {
    Key key = read_key(item);
    if (key.key != nullptr) set.keys_.push_back(std::move(key));
  }
  ERR_clear_error();
  if (set.keys_.empty()) {
    return fail(Code::invalid,
                "expected a key of the type RSA (2048 to 8192 bits), EC (P-256) or OKP (Ed25519), found {} others",
                items.size());
  }
  return set;
}

bool KeySet::verify(Algorithm algorithm, const std::optional<std::string>& key, std::string_view text,
                    std::string_view signature) const {
  const auto fits = [&](const Key& candidate) {
    return candidate.algorithm == algorithm && (!key || candidate.name == *key);
  };
  if (!key && std::ranges::count_if(keys_, fits) != 1) return false;
  return std::ranges::any_of(
      keys_, [&](const Key& candidate) { return fits(candidate) && verifies(candidate, text, signature); });
}

}  // namespace aureacore::auth
