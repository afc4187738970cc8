// Signature: Standard Webhooks' (https://www.standardwebhooks.com): an HMAC-SHA256 over id, time and body, so that the
// receiver knows who sent it, and when. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aureacore::notify {

// The key that a secret stands for: "whsec_" and base64 behind it, as receivers' libraries take it. Error: invalid, without
// the secret in it; a key has 24 to 64 bytes.
base::Result<std::string> read_key(std::string_view secret);

// The value of the header webhook-signature: "v1,<base64>". `time` in seconds since 1970.
std::string sign(std::string_view key, std::string_view id, std::int64_t time, std::string_view body);

}  // namespace aureacore::notify
