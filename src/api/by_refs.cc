// POST /entities/by-refs: many entities at once, in the order asked for.
#include <simdjson.h>

#include <array>
#include <unordered_set>

#include "api/answer.h"
#include "api/body.h"
#include "api/endpoints.h"
#include "base/text.h"
#include "query/query.h"

namespace aureacore::api {
namespace {

constexpr std::size_t max_refs = 10'000;

// Mostly a reference is canonical but for its case; only what isn't found so is taken apart.
const catalog::Entity* find(const catalog::Snapshot& snapshot, std::string_view ref) {
  std::array<char, 256> key;  // NOLINT(cppcoreguidelines-pro-type-member-init): written as far as it is read
  if (ref.size() <= key.size()) {
    for (std::size_t i = 0; i < ref.size(); ++i) key[i] = base::lower(ref[i]);
    if (const catalog::Entity* found = snapshot.find({key.data(), ref.size()})) return found;
  }
  const auto reference = entity::parse_reference(ref, {.kind = {}, .name_space = "default"});
  return reference ? snapshot.find(reference->canonical()) : nullptr;
}

// Puts null in the place of entities that the filters leave out.
base::Status apply(const query::Query& query, Call& call, std::vector<const catalog::Entity*>& items) {
  const auto selected = select(query, *call.snapshot, call.worker.parser());
  if (!selected) return std::unexpected(selected.error());
  std::unordered_set<const catalog::Entity*> wanted(items.begin(), items.end());
  std::unordered_set<const catalog::Entity*> kept;
  call.snapshot->visit(*selected, {}, [&](const catalog::Entity& entity) {
    if (wanted.contains(&entity)) kept.insert(&entity);
    return true;
  });
  for (const catalog::Entity*& item : items) {
    if (!kept.contains(item)) item = nullptr;
  }
  return {};
}

}  // namespace

void post_entities_by_refs(Call& call) {
  auto body = Body::read(call);
  if (!body) return call.fail(body.error());
  List list{
      .snapshot = call.worker.reader().hold(), .items = {}, .fields = {}, .before = "{\"items\":[", .after = "]}"};
  const auto read = body->visit_strings("entityRefs", max_refs,
                                        [&](std::string_view ref) { list.items.push_back(find(*list.snapshot, ref)); });
  if (!read) return call.fail(read.error());
  auto paths = body->strings("fields");
  if (!paths) return call.fail(paths.error());
  for (std::string& more : call.params.all("fields")) paths->push_back(std::move(more));
  auto fields = query::Fields::parse(*paths);
  if (!fields) return call.fail(fields.error());
  list.fields = *std::move(fields);
  const query::Query query{.filters = call.params.all("filter"), .predicate = body->json("query")};
  if (!query.filters.empty() || !query.predicate.empty()) {
    if (auto applied = apply(query, call, list.items); !applied) return call.fail(applied.error());
  }
  send_list(call, std::move(list));
}

}  // namespace aureacore::api
