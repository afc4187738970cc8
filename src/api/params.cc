#include "api/params.h"

#include <algorithm>

#include "base/text.h"

namespace aureacore::api {
namespace {

base::Result<std::string> decode(std::string_view text) {
  auto decoded = base::percent_decode(text, true);
  if (!decoded || !base::is_utf8(*decoded)) {
    return base::fail(base::Code::invalid, "expected UTF-8 with %XX escapes in the query, found \"{}\"",
                      base::printable(text));
  }
  return *std::move(decoded);
}

}  // namespace

base::Result<Params> Params::parse(std::string_view query) {
  Params params;
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), part.size() + 1));
    if (part.empty()) continue;
    if (params.pairs_.size() == max_count) {
      return base::fail(base::Code::too_large, "expected at most {} parameters in the query", max_count);
    }
    const auto equals = part.find('=');
    auto name = decode(part.substr(0, equals));
    if (!name) return std::unexpected(name.error());
    auto value = decode(equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1));
    if (!value) return std::unexpected(value.error());
    params.pairs_.emplace_back(*std::move(name), *std::move(value));
  }
  return params;
}

const std::string* Params::find(std::string_view name) const {
  const auto at = std::ranges::find(pairs_, name, [](const auto& pair) { return std::string_view(pair.first); });
  return at == pairs_.end() ? nullptr : &at->second;
}

std::vector<std::string> Params::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : pairs_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

base::Result<std::optional<std::size_t>> Params::number(std::string_view name) const {
  const std::string* text = find(name);
  if (text == nullptr) return std::nullopt;
  const auto number = base::parse_number(*text);
  // Positions are added to each other: numbers so large have no use and would wrap.
  if (!number || *number > (std::uint64_t{1} << 53)) {
    return base::fail(base::Code::invalid, "expected a whole number as {}, found \"{}\"", name, base::printable(*text));
  }
  return *number;
}

base::Status Params::only(std::span<const std::string_view> names) const {
  for (const auto& [key, value] : pairs_) {
    if (std::ranges::find(names, key) != names.end()) continue;
    std::string known;
    for (const std::string_view name : names) known += fmt::format("{}{}", known.empty() ? "" : ", ", name);
    return base::fail(base::Code::invalid, "expected {} in the query, found \"{}\"",
                      known.empty() ? "no parameters" : known, base::printable(key));
  }
  return {};
}

}  // namespace aureacore::api
