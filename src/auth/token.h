// Static bearer tokens, kept as their digests alone: "sha256:" and 64 hexadecimal digits of the token's SHA-256. A token made
// here has 256 random bits, so that no salt and no slow hash is needed. Pure; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "auth/role.h"
#include "base/result.h"

namespace aureacore::auth {

using TokenDigest = std::array<std::uint8_t, 32>;

TokenDigest digest_of(std::string_view token);
// "sha256:9f86d0…"
std::string to_string(const TokenDigest& digest);
// Error: invalid, without what was found: it may be a token.
base::Result<TokenDigest> parse_digest(std::string_view text);

// Takes the same time wherever they differ.
bool equal(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);

constexpr std::string_view token_prefix = "aureacore_";  // so that scanners for leaked secrets know one
std::string make_token(std::span<const std::uint8_t, 32> random);

struct StaticToken {
  Principal principal;
  TokenDigest digest{};
  friend bool operator==(const StaticToken&, const StaticToken&) = default;
};

}  // namespace aureacore::auth
