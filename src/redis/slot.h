// Which of a Cluster's slots a key belongs to. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace aureacore::redis {

constexpr std::uint16_t slot_count = 16384;

// CRC16 of the key, or of what stands between its first '{' and the next '}' where that isn't empty (a hash tag).
std::uint16_t slot_of(std::string_view key);

}  // namespace aureacore::redis
