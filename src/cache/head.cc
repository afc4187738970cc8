#include "cache/head.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace aureacore::cache {
namespace {

constexpr std::string_view expected_line = "expected \"<position> <commit> <source>\" in a version";

// What stands before the separator, which is taken away with it; nothing where there is no separator.
std::optional<std::string_view> take_until(std::string_view& rest, char separator) {
  const auto at = rest.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  const auto taken = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  return taken;
}

bool is_commit(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::string version_text(const entity::Version& version) {
  std::string text;
  for (const auto& [source, position, commit] : version.components()) {
    text += fmt::format("{} {} {}\n", position, commit, source);
  }
  return text;
}

base::Result<entity::Version> parse_version(std::string_view text) {
  entity::Version version;
  std::string_view rest = text;
  while (!rest.empty()) {
    auto line = take_until(rest, '\n');
    if (!line) return base::fail(base::Code::corrupt, "{}, found no end of the last line", expected_line);
    std::string_view source = *line;
    const auto position = take_until(source, ' ');
    const auto commit = take_until(source, ' ');
    const auto number = position ? base::parse_number(*position) : std::nullopt;
    if (!number || !commit || !is_commit(*commit) || source.empty()) {
      return base::fail(base::Code::corrupt, "{}, found \"{}\"", expected_line, base::printable(*line));
    }
    version.set({std::string(source), *number, std::string(*commit)});
  }
  return version;
}

std::string head_text(const Head& head) { return head.manifest.hex() + '\n' + version_text(head.version); }

base::Result<Head> parse_head(std::string_view text) {
  const auto digest = take_until(text, '\n');
  const auto manifest = digest ? Digest::parse(*digest) : std::nullopt;
  if (!manifest) return base::fail(base::Code::corrupt, "expected a digest in the first line of a head, found none");
  auto version = parse_version(text);
  if (!version) return std::unexpected(version.error().in("head"));
  return Head{*manifest, *std::move(version)};
}

std::string_view goes_back(const entity::Version& from, const entity::Version& to,
                           std::span<const std::string> rewritten) {
  for (const entity::SourceVersion& before : from.components()) {
    const entity::SourceVersion* after = to.find(before.source);
    if (after == nullptr || *after == before || after->position > before.position) continue;
    if (std::ranges::find(rewritten, before.source) == rewritten.end()) return before.source;
  }
  return {};
}

}  // namespace aureacore::cache
