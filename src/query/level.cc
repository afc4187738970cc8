#include "query/level.h"

#include <array>

#include "base/text.h"
#include "entity/push_token.h"
#include "entity/version.h"

namespace aureacore::query {
namespace {

using base::Code;
using base::fail;

constexpr std::array<std::string_view, 5> names{"eventual", "bounded", "session", "snapshot", "strong"};

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

base::Result<Level> parse_level(std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (text == names[i]) return static_cast<Level>(i);
  }
  return fail(
      Code::invalid,
      "expected a consistency level (eventual; bounded; max-age=N; session; version=\"T\"; snapshot; version=\"T\"; "
      "strong), found \"{}\"",
      base::printable(text));
}

// Parameters that the level doesn't know are passed over, as RFC 9651 has it.
base::Status read_parameter(Ask& ask, std::string_view text) {
  const auto equals = text.find('=');
  const std::string_view key = text.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? std::string_view{} : text.substr(equals + 1);
  if (key == "max-age" && ask.level == Level::bounded) {
    const auto number = base::parse_number(value);
    if (!number)
      return fail(Code::invalid, "expected a number of seconds as max-age, found \"{}\"", base::printable(value));
    ask.max_age = *number;
  }
  if (key == "version") ask.version = unquoted(value);
  return {};
}

base::Result<Ask> parse_item(std::string_view text) {
  const auto parts = base::split(text, ';');
  auto level = parse_level(base::trim(parts.front()));
  if (!level) return std::unexpected(level.error());
  Ask ask;
  ask.level = *level;
  bool has_max_age = false;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::string_view parameter = base::trim(parts[i]);
    has_max_age |= parameter.starts_with("max-age=");
    if (auto read = read_parameter(ask, parameter); !read) return std::unexpected(read.error());
  }
  if (ask.level == Level::bounded && !has_max_age) {
    return fail(Code::invalid, "expected bounded; max-age=N with a number of seconds, found \"{}\"",
                base::printable(text));
  }
  const bool needs_version = ask.level == Level::session || ask.level == Level::snapshot;
  const bool is_push = ask.level == Level::session && entity::PushToken::parse(ask.version);
  if (needs_version && !is_push && !entity::is_token(ask.version)) {
    return fail(Code::invalid, "expected {}; version=\"…\" with a token as AureaCore-Version gives it, found \"{}\"",
                name(ask.level), base::printable(text));
  }
  return ask;
}

base::Status read_directive(Ask& ask, std::string_view directive) {
  const auto equals = directive.find('=');
  const std::string key = base::lower(base::trim(directive.substr(0, equals)));
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view{} : base::trim(directive.substr(equals + 1));
  if (key == "no-cache") {
    ask.level = Level::strong;
  } else if (key == "max-age") {
    const auto seconds = base::parse_number(unquoted(value));
    if (!seconds) {
      return fail(Code::invalid, "expected max-age=N in Cache-Control, found \"{}\"", base::printable(directive));
    }
    ask.max_age = *seconds;
    if (ask.level != Level::strong) ask.level = Level::bounded;  // no-cache asks for more
  } else if (key == "only-if-cached") {
    ask.only_if_cached = true;
  } else if (key == "stale-if-error") {
    ask.stale_if_error = true;
  }
  return {};
}

base::Result<Ask> parse_directives(std::string_view cache_control) {
  Ask ask;
  ask.by_directive = true;
  for (const std::string_view part : base::split(cache_control, ',')) {
    const std::string_view directive = base::trim(part);
    if (auto read = read_directive(ask, directive); !read) return std::unexpected(read.error());
  }
  if (ask.only_if_cached && ask.level == Level::strong) {
    return fail(Code::invalid,
                "expected no-cache or only-if-cached in Cache-Control, found both: they contradict each other");
  }
  return ask;
}

bool same(const Ask& a, const Ask& b) {
  return a.level == b.level && (a.level != Level::bounded || a.max_age == b.max_age) && a.version == b.version;
}

std::unexpected<base::Error> contradiction(std::string_view first, Level a, std::string_view second, Level b) {
  return fail(Code::invalid, "expected one consistency level, found two: {} asks for {}, {} for {}", first, name(a),
              second, name(b));
}

}  // namespace

std::string_view name(Level level) { return names[static_cast<std::size_t>(level)]; }

base::Result<Ask> parse_ask(std::string_view header, std::string_view parameter, std::string_view cache_control) {
  auto ask = parse_directives(cache_control);
  if (!ask) return ask;
  const bool directive_asks = ask->level != Level::eventual;
  for (const auto& [place, text] : {std::pair{"AureaCore-Consistency", header}, std::pair{"?consistency", parameter}}) {
    if (text.empty()) continue;
    auto item = parse_item(text);
    if (!item) return std::unexpected(item.error().in(place));
    const bool first = ask->by_directive;
    if (!first && !same(*ask, *item)) return contradiction("AureaCore-Consistency", ask->level, place, item->level);
    if (first && directive_asks && !same(*ask, *item))
      return contradiction("Cache-Control", ask->level, place, item->level);
    item->stale_if_error = ask->stale_if_error;
    item->only_if_cached = ask->only_if_cached;
    ask = std::move(item);
  }
  return ask;
}

}  // namespace aureacore::query
