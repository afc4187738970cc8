// Whatever bytes come, and however they are cut, the parser says the same, and holds no more than its limit. The first
// byte says where the cut is.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "redis/parser.h"

namespace {

using namespace aureacore::redis;

void require(bool holds) {
  if (!holds) std::abort();
}

Limits small_limits() {
  Limits limits;
  limits.bulk_bytes = 1000;
  limits.passed_bytes = 5'000;
  limits.reply_bytes = 20'000;
  limits.line_bytes = 100;
  limits.depth = 4;
  return limits;
}

struct Outcome {
  std::vector<Reply> replies;
  bool failed = false;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

void feed(ReplyParser& parser, std::string_view bytes, Outcome& outcome) {
  while (!bytes.empty() && !outcome.failed) {
    const auto used = parser.feed(bytes);
    outcome.failed = !used;
    if (!used) return;
    require(*used > 0 && *used <= bytes.size());
    bytes.remove_prefix(*used);
    if (auto reply = parser.take()) outcome.replies.push_back(std::move(*reply));
  }
}

std::size_t held(const Reply& reply) {
  std::size_t bytes = sizeof reply + reply.text.size();
  for (const Reply& element : reply.elements) bytes += held(element);
  return bytes;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t cut = std::min<std::size_t>(data[0], bytes.size());
  Outcome whole;
  ReplyParser parser(small_limits());
  feed(parser, bytes, whole);
  Outcome pieces;
  ReplyParser other(small_limits());
  feed(other, bytes.substr(0, cut), pieces);
  feed(other, bytes.substr(cut), pieces);
  require(whole == pieces);
  for (const Reply& reply : whole.replies) require(held(reply) <= small_limits().reply_bytes);
  return 0;
}
