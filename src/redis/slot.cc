#include "redis/slot.h"

#include <array>
#include <cstddef>

namespace aureacore::redis {
namespace {

constexpr std::uint16_t polynomial = 0x1021;  // CRC-16/XMODEM
constexpr int byte_bits = 8;

constexpr std::array<std::uint16_t, 256> make_table() {
  std::array<std::uint16_t, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    auto value = static_cast<std::uint16_t>(i << byte_bits);
    for (int bit = 0; bit < byte_bits; ++bit) {
      const bool carry = (value & 0x8000U) != 0;
      value = static_cast<std::uint16_t>(value << 1U);
      if (carry) value ^= polynomial;
    }
    table[i] = value;
  }
  return table;
}

constexpr auto table = make_table();

std::uint16_t crc16(std::string_view bytes) {
  std::uint16_t crc = 0;
  for (const char c : bytes) {
    const auto index = static_cast<std::uint8_t>((crc >> byte_bits) ^ static_cast<unsigned char>(c));
    crc = static_cast<std::uint16_t>(crc << byte_bits) ^ table.at(index);
  }
  return crc;
}

std::string_view hashed_part(std::string_view key) {
  const std::size_t open = key.find('{');
  if (open == std::string_view::npos) return key;
  const std::size_t close = key.find('}', open + 1);
  if (close == std::string_view::npos || close == open + 1) return key;
  return key.substr(open + 1, close - open - 1);
}

}  // namespace

std::uint16_t slot_of(std::string_view key) { return crc16(hashed_part(key)) % slot_count; }

}  // namespace aureacore::redis
