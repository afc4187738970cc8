// What parse_address accepts, its text says again, and nothing in it could end a line of a log.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "redis/address.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto address = aureacore::redis::parse_address(text);
  if (!address) return 0;
  require(!address->endpoints.empty());
  const std::string again = address->text();
  require(std::ranges::all_of(again, [](char c) { return static_cast<unsigned char>(c) > 0x20; }));
  address->user.clear();
  const auto parsed = aureacore::redis::parse_address(again);
  require(parsed && *parsed == *address);
  return 0;
}
