// The bytes at an https:// address (http:// where allowed), by libcurl: small documents, in bounded time. Any thread.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include "base/result.h"

namespace aureacore::server {

struct FetchLimits {
  std::size_t bytes = 256 << 10;
  std::chrono::milliseconds connect_time{5'000};
  std::chrono::milliseconds time{10'000};
};

// Follows no redirect. Errors: unavailable, timeout, too_large, with the address.
base::Result<std::string> fetch_url(const std::string& url, const FetchLimits& limits, const std::stop_token& stop);

}  // namespace aureacore::server
