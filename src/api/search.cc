// GET /api/v1/search: ranked full text.
#include <algorithm>
#include <array>
#include <cmath>

#include "api/answer.h"
#include "api/endpoints.h"
#include "base/json.h"
#include "base/text.h"
#include "catalog/texts.h"
#include "query/query.h"
#include "query/ranked.h"
#include "search/snippet.h"

namespace aureacore::api {
namespace {

constexpr std::size_t default_hits = 20;
constexpr std::size_t max_hits = 1'000;
constexpr std::size_t max_offset = 10'000;  // who looks so far down should look for something else

// Of more entities than these a single letter finds most, which takes milliseconds: look-ups go first.
constexpr std::size_t many_entities = 10'000;

struct SearchRequest {
  search::Query query;
  std::optional<catalog::Selection> within;
  query::Fields fields;
  std::size_t offset = 0;
  std::size_t limit = default_hits;
};

base::Status read_page(const Call& call, SearchRequest& request) {
  auto offset = call.params.number("offset");
  if (!offset) return std::unexpected(offset.error());
  auto limit = call.params.number("limit");
  if (!limit) return std::unexpected(limit.error());
  request.offset = offset->value_or(0);
  request.limit = limit->value_or(default_hits);
  if (request.limit > max_hits) {
    return base::fail(base::Code::too_large, "expected a limit of at most {}, found {}", max_hits, request.limit);
  }
  if (request.offset <= max_offset) return {};
  return base::fail(base::Code::too_large, "expected an offset of at most {}, found {}: ask for something narrower",
                    max_offset, request.offset);
}

base::Result<SearchRequest> read_search(Call& call) {
  constexpr std::array<std::string_view, 6> known{"q", "filter", "fields", "offset", "limit", "consistency"};
  if (auto only = call.params.only(known); !only) return std::unexpected(only.error());
  SearchRequest request;
  if (auto page = read_page(call, request); !page) return std::unexpected(page.error());
  const std::string* text = call.params.find("q");
  if (text == nullptr || base::trim(*text).empty()) {
    return base::fail(base::Code::invalid, "expected what to search for, as in q=order, found nothing");
  }
  auto query = search::parse_query(*text);
  if (!query) return std::unexpected(query.error().in("q"));
  request.query = *std::move(query);
  auto fields = query::Fields::parse(call.params.all("fields"));
  if (!fields) return std::unexpected(fields.error());
  request.fields = *std::move(fields);
  if (auto filters = call.params.all("filter"); !filters.empty()) {
    auto selected = select({.filters = std::move(filters)}, *call.snapshot, call.worker.parser());
    if (!selected) return std::unexpected(selected.error());
    request.within = *std::move(selected);
  }
  return request;
}

bool takes_long(const search::Query& query, const catalog::Snapshot& snapshot) {
  const auto is_letter = [](const std::string& term) { return term.size() == 1; };
  return snapshot.size() > many_entities && std::ranges::any_of(query.terms, is_letter);
}

// Writes items; keeps what it needs for each.
class Writer {
 public:
  Writer(SearchRequest& request, base::JsonWriter& json) : request_(request), json_(json) {}

  void write(const query::Ranked& item) {
    const entity::Definition& definition = *item.entity->definition;
    json_.begin_object();
    json_.member("entityRef", definition.key);
    json_.member("kind", definition.reference.kind);
    json_.member("namespace", definition.reference.name_space);
    json_.member("name", definition.reference.name);
    write_texts(definition);
    json_.key("score");
    json_.number(std::round(static_cast<double>(item.score) * 1000) / 1000);
    write_matched(item.fields);
    if (!request_.fields.is_everything()) write_slice(*item.entity);
    json_.end_object();
  }

 private:
  void write_texts(const entity::Definition& definition) {
    for (const auto& [field, text] : texts_.read(definition)) {
      if (field == search::Field::title) json_.member("title", text);
      if (field == search::Field::description) json_.member("description", search::snippet(text, request_.query.terms));
    }
  }

  void write_matched(search::Fields fields) {
    json_.key("matched");
    json_.begin_array();
    for (std::size_t i = 0; i < search::field_count; ++i) {
      const auto field = static_cast<search::Field>(i);
      const bool by_whole_name = field == search::Field::name && fields.is_whole_name();
      if (fields.has(field) || by_whole_name) json_.string(name(field));
    }
    json_.end_array();
  }

  void write_slice(const catalog::Entity& entity) {
    entity_.clear();
    slice_.clear();
    entity.append_json(entity_);
    request_.fields.project(entity_, slice_);
    json_.key("entity");
    json_.raw(slice_);
  }

  SearchRequest& request_;
  base::JsonWriter& json_;
  catalog::Texts texts_;
  std::string entity_;
  std::string slice_;
};

}  // namespace

void get_search(Call& call) {
  auto request = read_search(call);
  if (!request) return call.fail(request.error());
  if (takes_long(request->query, *call.snapshot) && call.defer()) return;
  const query::RankedPage page =
      query::find_ranked(*call.snapshot, request->query, request->within ? &*request->within : nullptr, request->offset,
                         request->limit, call.worker.searcher());
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  json.key("items");
  json.begin_array();
  Writer writer(*request, json);
  for (const query::Ranked& item : page.items) writer.write(item);
  json.end_array();
  json.member("totalItems", static_cast<std::int64_t>(page.total));
  json.end_object();
  send_json(call, call.label(), std::array{std::string_view(body)});
}

}  // namespace aureacore::api
