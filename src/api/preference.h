// What a request prefers, by RFC 7240.
#pragma once

#include <cstdint>
#include <optional>

#include "http/request.h"

namespace aureacore::api {

// Prefer: wait=N, in seconds, of the first Prefer that has one.
std::optional<std::uint64_t> preferred_wait(const http::Request& request);

}  // namespace aureacore::api
