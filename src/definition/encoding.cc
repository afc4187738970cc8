#include "definition/encoding.h"

#include <algorithm>

#include "base/text.h"

namespace aureacore::definition {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// What a lead byte asks for: how many bytes follow, and the range of the first of them.
struct Lead {
  std::size_t tail = 0;  // 0: no lead byte at all
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
};

Lead lead_of(unsigned char byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {.tail = 1};
  if (byte == 0xE0) return {.tail = 2, .low = 0xA0};
  if (byte == 0xED) return {.tail = 2, .high = 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {.tail = 2};
  if (byte == 0xF0) return {.tail = 3, .low = 0x90};
  if (byte == 0xF4) return {.tail = 3, .high = 0x8F};
  if (byte >= 0xF1 && byte <= 0xF3) return {.tail = 3};
  return {};
}

struct Sequence {
  std::size_t length = 1;
  bool well_formed = false;
};

// The well-formed sequence at the front, or the longest beginning of one that is to be replaced as a whole.
Sequence sequence_at(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (first < 0x80) return {.well_formed = true};
  Lead lead = lead_of(first);
  Sequence sequence{.well_formed = lead.tail > 0};
  for (; sequence.length <= lead.tail; ++sequence.length) {
    if (sequence.length == bytes.size()) return {.length = sequence.length};
    const auto next = static_cast<unsigned char>(bytes[sequence.length]);
    if (next < lead.low || next > lead.high) return {.length = sequence.length};
    lead.low = 0x80;
    lead.high = 0xBF;
  }
  return sequence;
}

entity::Mark mark_of_end(std::string_view text) {
  const auto lines = static_cast<std::uint32_t>(std::ranges::count(text, '\n'));
  const auto line = text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
  const auto characters =
      std::ranges::count_if(line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return {.line = lines + 1, .column = static_cast<std::uint32_t>(characters) + 1};
}

}  // namespace

Repaired repair_utf8(std::string_view bytes) {
  Repaired repaired;
  repaired.text.reserve(bytes.size() + bytes.size() / 8);
  while (!bytes.empty()) {
    const Sequence sequence = sequence_at(bytes);
    if (!sequence.well_formed && repaired.first.line == 0) repaired.first = mark_of_end(repaired.text);
    repaired.text.append(sequence.well_formed ? bytes.substr(0, sequence.length) : replacement);
    bytes.remove_prefix(sequence.length);
  }
  return repaired;
}

}  // namespace aureacore::definition
