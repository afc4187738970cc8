#include "query/cursor.h"

#include <simdjson.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "entity/version.h"

namespace aureacore::query {
namespace {

using simdjson::dom::element;

void write_strings(base::JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  json.key(name);
  json.begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

void write_query(base::JsonWriter& json, const Query& query) {
  write_strings(json, "filter", query.filters);
  if (!query.predicate.empty()) {
    json.key("query");
    json.raw(query.predicate);
  }
  if (!query.order.empty()) {
    json.key("order");
    json.begin_array();
    for (const OrderField& field : query.order) json.string(field.path + (field.descending ? ",desc" : ",asc"));
    json.end_array();
  }
  if (!query.text.empty()) json.member("text", query.text);
  write_strings(json, "textFields", query.text_fields);
  if (!query.count) json.member("count", false);
}

std::unexpected<base::Error> malformed(std::string_view why) {
  return base::fail(base::Code::invalid, "expected a cursor as an earlier page gave it, found a different one: {}",
                    why);
}

std::string read_string(const element& json, std::string_view name) {
  std::string_view text;
  if (json[name].get(text) != simdjson::SUCCESS) return {};
  return std::string(text);
}

std::int64_t read_integer(const element& json, std::string_view name) {
  std::int64_t number = -1;
  if (json[name].get(number) != simdjson::SUCCESS) return -1;
  return number;
}

std::vector<std::string> read_strings(const element& json, std::string_view name) {
  std::vector<std::string> texts;
  simdjson::dom::array items;
  if (json[name].get(items) != simdjson::SUCCESS) return texts;
  for (const element item : items) {
    std::string_view text;
    if (item.get(text) == simdjson::SUCCESS) texts.emplace_back(text);
  }
  return texts;
}

base::Result<Query> read_query(const element& json) {
  Query query;
  query.filters = read_strings(json, "filter");
  if (element predicate; json["query"].get(predicate) == simdjson::SUCCESS)
    query.predicate = simdjson::minify(predicate);
  for (const std::string& field : read_strings(json, "order")) {
    // The path may have commas in it, the direction none.
    const auto comma = field.rfind(',');
    if (comma == std::string::npos) return malformed("an order without a direction");
    auto parsed = make_order_field(std::string_view(field).substr(0, comma), std::string_view(field).substr(comma + 1));
    if (!parsed) return std::unexpected(parsed.error());
    query.order.push_back(*std::move(parsed));
  }
  if (query.order.size() > max_order_fields) return malformed("too many fields to order by");
  query.text = read_string(json, "text");
  query.text_fields = read_strings(json, "textFields");
  query.count = json["count"].error() != simdjson::SUCCESS;
  return query;
}

}  // namespace

std::string encode(const Cursor& cursor) {
  std::string text;
  base::JsonWriter json(text);
  json.begin_object();
  json.member("version", cursor.token);
  json.member(cursor.backwards ? "end" : "begin", static_cast<std::int64_t>(cursor.position));
  if (!cursor.after.empty()) json.member("after", cursor.after);
  write_query(json, cursor.query);
  json.end_object();
  return base::base64url_encode(text);
}

base::Result<Cursor> decode_cursor(std::string_view text, JsonParser& parser) {
  if (text.size() > Cursor::max_bytes) return malformed("it is too long");
  while (text.ends_with('=')) text.remove_suffix(1);
  const auto decoded = base::base64url_decode(text);
  if (!decoded) return malformed("it is not base64url");
  auto parsed = parser.parse(*decoded);
  if (!parsed) return malformed("it has no JSON in it");
  const element& json = **parsed;
  Cursor cursor;
  cursor.token = read_string(json, "version");
  if (!entity::is_token(cursor.token)) return malformed("it names no version");
  const std::int64_t begin = read_integer(json, "begin");
  const std::int64_t end = read_integer(json, "end");
  if ((begin < 0) == (end < 0)) return malformed("it names no position");
  cursor.backwards = end >= 0;
  cursor.position = static_cast<std::size_t>(cursor.backwards ? end : begin);
  cursor.after = read_string(json, "after");
  auto query = read_query(json);
  if (!query) return std::unexpected(query.error());
  cursor.query = *std::move(query);
  return cursor;
}

Window window(const Cursor& cursor, std::size_t limit) {
  if (!cursor.backwards) return {cursor.position, limit};
  const std::size_t size = std::min(limit, cursor.position);
  return {cursor.position - size, size};
}

}  // namespace aureacore::query
