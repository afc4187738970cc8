// What a request prefers, by RFC 7240.
#pragma once

#include <chrono>
#include <optional>

#include "http/request.h"

namespace aureacore::api {

// Prefer: wait=N, of the first Prefer that has one; no longer than a request may wait at the barrier.
std::optional<std::chrono::seconds> preferred_wait(const http::Request& request);

}  // namespace aureacore::api
