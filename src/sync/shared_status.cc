#include "sync/shared_status.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace aureacore::sync {
namespace {

constexpr std::size_t max_field_bytes = 128;
constexpr std::size_t fields = 7;

bool is_plain(std::string_view text) {
  return text.size() <= max_field_bytes && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

std::string_view name(SharedStatus::State state) {
  using State = SharedStatus::State;
  switch (state) {
    case State::starting:
      return "starting";
    case State::in_step:
      return "in-step";
    case State::behind:
      return "behind";
    case State::disagrees:
      return "disagrees";
    case State::unreachable:
      return "unreachable";
  }
  return "";
}

std::string member_text(const Member& member) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", member.release, member.version, member.digest, member.catalog,
                     std::chrono::duration_cast<std::chrono::milliseconds>(member.age).count(), member.state,
                     member.degraded);
}

std::optional<Member> parse_member(std::string_view instance, std::string_view text) {
  const auto lines = base::split(text, '\n');
  if (lines.size() != fields || !is_plain(instance) || !std::ranges::all_of(lines, is_plain)) return std::nullopt;
  const auto age = base::parse_number(lines[4]);
  constexpr std::uint64_t longest = 100ULL * 365 * 24 * 3'600'000;
  if (!age || *age > longest) return std::nullopt;
  const auto field = [&](std::size_t i) { return std::string(lines[i]); };
  return Member{std::string(instance),           field(0), field(1), field(2), field(3),
                std::chrono::milliseconds(*age), field(5), field(6)};
}

}  // namespace aureacore::sync
