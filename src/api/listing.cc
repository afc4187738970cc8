// GET /entities, GET and POST /entities/by-query: pages of entities.
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <limits>

#include "api/answer.h"
#include "api/body.h"
#include "api/endpoints.h"
#include "api/recall.h"
#include "base/json.h"
#include "base/text.h"
#include "query/cursor.h"

namespace aureacore::api {
namespace {

constexpr std::size_t default_limit = 200;  // by-query's, as in Backstage's backend
constexpr std::size_t max_limit = 10'000;   // by-query's
constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max() / 2;

// What is asked for, from wherever it was read.
struct ListingRequest {
  query::Query query;
  std::optional<std::string> cursor;  // the query comes out of it
  std::size_t limit = no_limit;
  std::size_t offset = 0;
  query::Fields fields;
};

struct Page {
  catalog::SnapshotPtr snapshot;
  query::Query query;
  std::vector<const catalog::Entity*> items;
  std::size_t first = 0;
  std::size_t total = 0;

  [[nodiscard]] std::size_t end() const { return first + items.size(); }
  [[nodiscard]] bool has_more() const { return !items.empty() && end() < total; }
};

std::vector<std::string> split_lists(const std::vector<std::string>& lists) {
  std::vector<std::string> items;
  for (const std::string& list : lists) {
    for (const std::string_view part : base::split(list, ',')) {
      if (const std::string_view item = base::trim(part); !item.empty()) items.emplace_back(item);
    }
  }
  return items;
}

using ParseOrder = base::Result<query::OrderField> (*)(std::string_view);

base::Status read_orders(const std::vector<std::string>& texts, ParseOrder parse, query::Query& query) {
  for (const std::string& text : texts) {
    if (query.order.size() == query::max_order_fields) {
      return base::fail(base::Code::too_large, "expected at most {} fields to order by", query::max_order_fields);
    }
    auto field = parse(text);
    if (!field) return std::unexpected(field.error());
    query.order.push_back(*std::move(field));
  }
  return {};
}

base::Status read_total_items(const std::optional<std::string>& mode, query::Query& query) {
  if (!mode || mode == "include") return {};
  if (mode != "exclude") {
    return base::fail(base::Code::invalid, "expected include or exclude as totalItems, found \"{}\"",
                      base::printable(*mode));
  }
  query.count = false;
  return {};
}

base::Status read_limit(const std::optional<std::size_t>& limit, ListingRequest& request) {
  request.limit = limit.value_or(default_limit);
  if (request.limit <= max_limit) return {};
  return base::fail(base::Code::too_large, "expected a limit of at most {}, found {}; further pages come by cursor",
                    max_limit, request.limit);
}

base::Status read_common(const Call& call, ListingRequest& request) {
  auto fields = query::Fields::parse(call.params.all("fields"));
  if (!fields) return std::unexpected(fields.error());
  request.fields = *std::move(fields);
  request.query.filters = call.params.all("filter");
  auto offset = call.params.number("offset");
  if (!offset) return std::unexpected(offset.error());
  request.offset = offset->value_or(0);
  return {};
}

base::Result<ListingRequest> read_by_query(const Call& call) {
  ListingRequest request;
  if (auto read = read_common(call, request); !read) return std::unexpected(read.error());
  auto limit = call.params.number("limit");
  if (!limit) return std::unexpected(limit.error());
  if (auto read = read_limit(*limit, request); !read) return std::unexpected(read.error());
  if (const std::string* cursor = call.params.find("cursor"); cursor != nullptr) request.cursor = *cursor;
  if (auto read = read_orders(call.params.all("orderField"), query::parse_order_field, request.query); !read) {
    return std::unexpected(read.error());
  }
  if (const std::string* text = call.params.find("fullTextFilterTerm"); text != nullptr) request.query.text = *text;
  request.query.text_fields = split_lists(call.params.all("fullTextFilterFields"));
  const std::string* mode = call.params.find("totalItems");
  auto read = read_total_items(mode == nullptr ? std::optional<std::string>{} : *mode, request.query);
  if (!read) return std::unexpected(read.error());
  return request;
}

base::Status read_order_by(const Body& body, query::Query& query) {
  simdjson::dom::element member;
  if (!body.find("orderBy", member)) return {};
  simdjson::dom::array items;
  if (member.get(items) != simdjson::SUCCESS)
    return base::fail(base::Code::invalid, "expected an array as \"orderBy\" in the body");
  std::vector<std::string> texts;
  for (const simdjson::dom::element item : items) {
    std::string_view field;
    std::string_view order;
    if (item["field"].get(field) != simdjson::SUCCESS || item["order"].get(order) != simdjson::SUCCESS) {
      return base::fail(base::Code::invalid,
                        "expected {{\"field\": …, \"order\": …}} as items of \"orderBy\" in the body");
    }
    texts.push_back(fmt::format("{}:{}", order, field));
  }
  return read_orders(texts, query::parse_order, query);
}

base::Status read_full_text(const Body& body, query::Query& query) {
  simdjson::dom::element member;
  if (!body.find("fullTextFilter", member)) return {};
  std::string_view term;
  simdjson::dom::array fields;
  if (!member.is_object())
    return base::fail(base::Code::invalid, "expected an object as \"fullTextFilter\" in the body");
  if (member["term"].get(term) == simdjson::SUCCESS) query.text = term;
  if (member["fields"].get(fields) != simdjson::SUCCESS) return {};
  for (const simdjson::dom::element item : fields) {
    std::string_view field;
    if (item.get(field) != simdjson::SUCCESS) {
      return base::fail(base::Code::invalid, "expected strings as \"fullTextFilter.fields\" in the body");
    }
    query.text_fields.emplace_back(field);
  }
  return {};
}

base::Result<ListingRequest> read_posted_query(Call& call) {
  auto body = Body::read(call);
  if (!body) return std::unexpected(body.error());
  ListingRequest request;
  auto limit = body->number("limit");
  auto offset = body->number("offset");
  auto cursor = body->string("cursor");
  auto fields = body->strings("fields");
  auto mode = body->string("totalItems");
  if (!limit) return std::unexpected(limit.error());
  if (!offset) return std::unexpected(offset.error());
  if (!cursor) return std::unexpected(cursor.error());
  if (!fields) return std::unexpected(fields.error());
  if (!mode) return std::unexpected(mode.error());
  request.offset = offset->value_or(0);
  request.cursor = *cursor;
  request.query.predicate = body->json("query");
  auto slice = query::Fields::parse(*fields);
  if (!slice) return std::unexpected(slice.error());
  request.fields = *std::move(slice);
  for (const auto& read : {read_limit(*limit, request), read_order_by(*body, request.query),
                           read_full_text(*body, request.query), read_total_items(*mode, request.query)}) {
    if (!read) return std::unexpected(read.error());
  }
  return request;
}

Problem gone(const Call& call, const query::Cursor& cursor) {
  return {.status = 410,
          .type = "version-gone",
          .title = "The version is no longer held",
          .detail = fmt::format(
              "expected a cursor into a version that is still held, found one into {}; the catalog is at {} by "
              "now: begin the listing anew",
              cursor.token, call.snapshot->token())};
}

// The snapshot that the cursor pins; null: answered with a problem, or later.
catalog::SnapshotPtr pin(Call& call, const query::Cursor& cursor) {
  catalog::SnapshotPtr current = call.worker.reader().hold();
  if (current->token() == cursor.token) return current;
  catalog::Retained held = call.context().slot.find(cursor.token);
  constexpr std::uint64_t unknown_age = std::numeric_limits<std::uint64_t>::max();
  if (held.snapshot == nullptr && call.settled.allows(cursor.token, unknown_age)) {
    const auto recalled = recall(call, cursor.token, call.settled, gone(call, cursor));
    if (!recalled) return nullptr;
    held = {recalled->snapshot, recalled->checked};
  }
  if (held.snapshot == nullptr) return call.fail(gone(call, cursor)), nullptr;
  call.pinned = call.worker.labels().of_pinned(*held.snapshot, held.checked);
  if (call.settled.allows(cursor.token, call.pinned->age)) return held.snapshot;
  call.fail(base::Error{
      base::Code::invalid,
      fmt::format(
          "expected a consistency level that the listing's version meets, which is {} s old, found {}: a cursor stays "
          "with its version",
          call.pinned->age, call.settled.level)});
  return nullptr;
}

// Nothing: answered with a problem.
std::optional<Page> find_page(Call& call, ListingRequest& request) {
  Page page;
  query::Cursor cursor;
  cursor.position = request.offset;
  if (request.cursor) {
    auto decoded = query::decode_cursor(*request.cursor, call.worker.parser());
    if (!decoded) return call.fail(decoded.error()), std::nullopt;
    cursor = *std::move(decoded);
    page.snapshot = pin(call, cursor);
    if (page.snapshot == nullptr) return std::nullopt;
    page.query = std::move(cursor.query);
  } else {
    page.snapshot = call.worker.reader().hold();
    page.query = std::move(request.query);
  }
  if (call.defer_scan(page.query)) return std::nullopt;
  auto selected = select(page.query, *page.snapshot, call.worker.parser());
  if (!selected) return call.fail(selected.error()), std::nullopt;
  // What they are ordered by is read out of each.
  if (!page.query.order.empty() && call.defer_large(selected->count())) return std::nullopt;
  const auto [first, limit] = window(cursor, request.limit);
  page.first = first;
  page.total = selected->count();
  page.items = sorted_page(*page.snapshot, *selected, page.query.order, first, limit, cursor.after);
  return page;
}

query::Cursor cursor_behind(const Page& page) {
  query::Cursor cursor{.token = page.snapshot->token(), .query = page.query, .position = page.end()};
  if (page.query.order.empty()) cursor.after = page.items.back()->key();
  return cursor;
}

query::Cursor cursor_before(const Page& page) {
  return {.token = page.snapshot->token(),
          .query = page.query,
          .backwards = true,
          .position = std::min(page.first, page.total)};
}

std::string page_info(const Page& page) {
  std::string text = "],";
  std::string members;
  base::JsonWriter json(members);
  json.begin_object();
  json.member("totalItems", page.query.count ? static_cast<std::int64_t>(page.total) : std::int64_t{0});
  json.key("pageInfo");
  json.begin_object();
  if (page.has_more()) json.member("nextCursor", encode(cursor_behind(page)));
  if (page.first > 0) json.member("prevCursor", encode(cursor_before(page)));
  json.end_object();
  json.end_object();
  return text += std::string_view(members).substr(1);
}

void answer_by_query(Call& call, base::Result<ListingRequest> request) {
  if (!request) return call.fail(request.error());
  auto page = find_page(call, *request);
  if (!page) return;
  List list{.snapshot = page->snapshot, .items = {}, .fields = std::move(request->fields), .before = "{\"items\":["};
  list.after = page_info(*page);
  list.items = std::move(page->items);
  send_list(call, std::move(list));
}

// What the cursor holds of a request.
constexpr std::array<std::string_view, 4> held_by_cursor{"filter=", "order=", "offset=", "after="};

// The request's own target with the page behind this one instead of what the cursor holds.
std::string next_link(const Call& call, const query::Cursor& cursor) {
  std::string link = fmt::format("<{}?", call.request.path);
  for (const std::string_view part : base::split(call.request.query, '&')) {
    const bool held = std::ranges::any_of(held_by_cursor, [&](auto name) { return part.starts_with(name); });
    if (part.empty() || held) continue;
    link += fmt::format("{}&", part);
  }
  return link += fmt::format("after={}>; rel=\"next\"", encode(cursor));
}

}  // namespace

void get_entities(Call& call) {
  ListingRequest request;
  if (auto read = read_common(call, request); !read) return call.fail(read.error());
  auto read = read_orders(call.params.all("order"), query::parse_order, request.query);
  if (!read) return call.fail(read.error());
  auto limit = call.params.number("limit");
  if (!limit) return call.fail(limit.error());
  if (*limit == 0U) return call.fail({base::Code::invalid, "expected a limit greater than zero, found 0"});
  request.limit = limit->value_or(no_limit);
  if (const std::string* after = call.params.find("after"); after != nullptr) request.cursor = *after;
  auto page = find_page(call, request);
  if (!page) return;
  List list{.snapshot = page->snapshot, .items = {}, .fields = std::move(request.fields)};
  if (page->has_more()) list.link = next_link(call, cursor_behind(*page));
  list.items = std::move(page->items);
  send_list(call, std::move(list));
}

void get_entities_by_query(Call& call) { answer_by_query(call, read_by_query(call)); }
void post_entities_by_query(Call& call) { answer_by_query(call, read_posted_query(call)); }

}  // namespace aureacore::api
