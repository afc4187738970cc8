#include "api/body.h"

#include <simdjson.h>

namespace aureacore::api {
namespace {

using simdjson::dom::element;

std::unexpected<base::Error> expected(std::string_view name, std::string_view what) {
  return base::fail(base::Code::invalid, "expected {} as \"{}\" in the body", what, name);
}

}  // namespace

base::Result<Body> Body::read(Call& call) {
  if (call.request.body.empty()) return Body(nullptr);
  auto parsed = call.worker.parser().parse(call.request.body);
  if (!parsed) return std::unexpected(parsed.error().in("the body"));
  if (!(*parsed)->is_object())
    return base::fail(base::Code::invalid, "the body: expected a JSON object, found another value");
  return Body(*parsed);
}

bool Body::find(std::string_view name, element& out) const {
  return root_ != nullptr && (*root_)[name].get(out) == simdjson::SUCCESS && !out.is_null();
}

base::Result<std::optional<std::string>> Body::string(std::string_view name) const {
  element member;
  if (!find(name, member)) return std::nullopt;
  std::string_view text;
  if (member.get(text) != simdjson::SUCCESS) return expected(name, "a string");
  return std::string(text);
}

base::Result<std::optional<std::size_t>> Body::number(std::string_view name) const {
  constexpr std::int64_t largest = std::int64_t{1} << 53;
  element member;
  if (!find(name, member)) return std::nullopt;
  std::int64_t number = 0;
  if (member.get(number) != simdjson::SUCCESS || number < 0 || number > largest)
    return expected(name, "a whole number");
  return static_cast<std::size_t>(number);
}

base::Result<std::vector<std::string>> Body::strings(std::string_view name) const {
  constexpr std::size_t most = 1'000;
  std::vector<std::string> texts;
  element member;
  if (!find(name, member)) return texts;
  auto read = visit_strings(name, most, [&](std::string_view text) { texts.emplace_back(text); });
  if (!read) return std::unexpected(read.error());
  return texts;
}

std::string Body::json(std::string_view name) const {
  element member;
  return root_ != nullptr && (*root_)[name].get(member) == simdjson::SUCCESS ? simdjson::minify(member) : std::string{};
}

base::Status Body::visit_strings(std::string_view name, std::size_t limit,
                                 const std::function<void(std::string_view)>& visit) const {
  element member;
  simdjson::dom::array items;
  if (!find(name, member) || member.get(items) != simdjson::SUCCESS) return expected(name, "an array of strings");
  std::size_t count = 0;
  for (const element item : items) {
    std::string_view text;
    if (item.get(text) != simdjson::SUCCESS) return expected(name, "strings alone in the array");
    if (++count > limit) {
      return base::fail(base::Code::too_large, "expected at most {} items in \"{}\" in the body", limit, name);
    }
    visit(text);
  }
  return {};
}

}  // namespace aureacore::api
