#include "entity/push_token.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"

namespace aureacore::entity {
namespace {

constexpr std::string_view prefix = "p1";
constexpr std::size_t source_digits = 8;
constexpr std::size_t commit_digits = 16;

std::string short_name(std::string_view source) {
  const auto hex = base::hash128(source).hex();
  return {hex.data(), source_digits};
}

bool is_hexadecimal(std::string_view text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

PushToken::PushToken(std::uint64_t nonce, const std::vector<Push>& pushes) : nonce_(fmt::format("{:016x}", nonce)) {
  if (pushes.size() > max_sources) return;
  for (const Push& push : pushes) {
    parts_.push_back({short_name(push.source), std::string(push.commit.substr(0, commit_digits))});
  }
}

std::optional<PushToken> PushToken::parse(std::string_view text) {
  constexpr std::size_t most_bytes = 256;
  if (text.size() > most_bytes) return std::nullopt;
  const auto pieces = base::split(text, '-');
  if (pieces.size() < 2 || pieces.size() > 2 + max_sources || pieces[0] != prefix) return std::nullopt;
  PushToken token;
  token.nonce_ = pieces[1];
  if (!is_hexadecimal(token.nonce_, commit_digits)) return std::nullopt;
  for (std::size_t i = 2; i < pieces.size(); ++i) {
    const auto dot = pieces[i].find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const std::string_view source = pieces[i].substr(0, dot);
    const std::string_view commit = pieces[i].substr(dot + 1);
    const bool is_right =
        is_hexadecimal(source, source_digits) && (commit.empty() || is_hexadecimal(commit, commit_digits));
    if (!is_right) return std::nullopt;
    token.parts_.push_back({std::string(source), std::string(commit)});
  }
  return token;
}

std::string PushToken::text() const {
  std::string text = fmt::format("{}-{}", prefix, nonce_);
  for (const Part& part : parts_) text += fmt::format("-{}.{}", part.source, part.commit);
  return text;
}

bool PushToken::concerns(std::string_view source) const {
  return parts_.empty() || std::ranges::find(parts_, short_name(source), &Part::source) != parts_.end();
}

bool PushToken::names(std::string_view source, std::string_view commit) const {
  const auto part = std::ranges::find(parts_, short_name(source), &Part::source);
  return part != parts_.end() && !part->commit.empty() && commit.starts_with(part->commit);
}

}  // namespace aureacore::entity
