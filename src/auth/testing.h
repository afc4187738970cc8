// For tests: keys that sign JSON Web Tokens, and their public halves as JSON Web Keys.
#pragma once

#include <fmt/core.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "base/text.h"

namespace aureacore::auth::testing {

class Signer {
 public:
  enum class Type { rsa, p256, ed25519 };

  explicit Signer(Type type, std::string name = "k1") : type_(type), name_(std::move(name)) {
    EVP_PKEY* key = nullptr;
    if (type == Type::rsa) key = EVP_RSA_gen(2048);
    if (type == Type::p256) key = EVP_EC_gen("P-256");
    if (type == Type::ed25519) key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    key_.reset(key, EVP_PKEY_free);
  }

  [[nodiscard]] std::string algorithm() const {
    return type_ == Type::rsa ? "RS256" : type_ == Type::p256 ? "ES256" : "EdDSA";
  }

  // Without its braces, so that tests can add members.
  [[nodiscard]] std::string members() const {
    switch (type_) {
      case Type::rsa:
        return fmt::format(R"("kty":"RSA","kid":"{}","n":"{}","e":"{}")", name_, number("n"), number("e"));
      case Type::p256: {
        std::array<unsigned char, 65> point{};
        std::size_t size = 0;
        EVP_PKEY_get_octet_string_param(key_.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size);
        return fmt::format(R"("kty":"EC","crv":"P-256","kid":"{}","x":"{}","y":"{}")", name_,
                           encode(point.data() + 1, 32), encode(point.data() + 33, 32));
      }
      case Type::ed25519:
        break;
    }
    std::array<unsigned char, 32> bytes{};
    std::size_t size = bytes.size();
    EVP_PKEY_get_raw_public_key(key_.get(), bytes.data(), &size);
    return fmt::format(R"("kty":"OKP","crv":"Ed25519","kid":"{}","x":"{}")", name_, encode(bytes.data(), size));
  }
  [[nodiscard]] std::string jwk() const { return "{" + members() + "}"; }

  [[nodiscard]] std::string sign(std::string_view head, std::string_view claims) const {
    const std::string text = base::base64url_encode(head) + "." + base::base64url_encode(claims);
    return text + "." + base::base64url_encode(signature(text));
  }
  [[nodiscard]] std::string sign(std::string_view claims) const {
    return sign(fmt::format(R"({{"alg":"{}","kid":"{}"}})", algorithm(), name_), claims);
  }

 private:
  static std::string encode(const unsigned char* bytes, std::size_t size) {
    return base::base64url_encode({reinterpret_cast<const char*>(bytes), size});
  }

  [[nodiscard]] std::string number(const char* which) const {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), which, &value);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
    BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(value);
    return base::base64url_encode(bytes);
  }

  [[nodiscard]] std::string signature(std::string_view text) const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const EVP_MD* digest = type_ == Type::ed25519 ? nullptr : EVP_sha256();
    std::size_t size = 1024;
    std::string bytes(size, '\0');
    EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get());
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    bytes.resize(size);
    return type_ == Type::p256 ? side_by_side(bytes) : bytes;
  }

  static std::string side_by_side(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    std::string bytes(64, '\0');
    auto* out = reinterpret_cast<unsigned char*>(bytes.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + 32, 32);
    ECDSA_SIG_free(pair);
    return bytes;
  }

  Type type_;
  std::string name_;
  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace aureacore::auth::testing
