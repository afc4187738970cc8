// POST /entities/by-refs: many entities at once, in the order asked for.
#include <simdjson.h>

#include <vector>

#include "api/answer.h"
#include "api/body.h"
#include "api/endpoints.h"
#include "base/text.h"
#include "query/query.h"

namespace aureacore::api {
namespace {

constexpr std::size_t max_refs = 10'000;

// The references of a body as keys, in lower case: mostly a reference is canonical but for its case.
class Keys {
 public:
  void add(std::string_view ref) {
    const std::size_t begin = text_.size();
    text_.append(ref);
    for (std::size_t i = begin; i < text_.size(); ++i) text_[i] = base::lower(text_[i]);
    ends_.push_back(text_.size());
  }
  [[nodiscard]] std::vector<const catalog::Entity*> find(const catalog::Snapshot& snapshot) const {
    std::vector<std::string_view> keys;
    keys.reserve(ends_.size());
    std::size_t begin = 0;
    for (const std::size_t end : ends_) {
      keys.push_back(std::string_view(text_).substr(begin, end - begin));
      begin = end;
    }
    std::vector<const catalog::Entity*> found(keys.size());
    snapshot.find_all(keys, found);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (found[i] == nullptr) found[i] = find_other_form(snapshot, keys[i]);
    }
    return found;
  }

 private:
  // What isn't found as it stands is taken apart.
  static const catalog::Entity* find_other_form(const catalog::Snapshot& snapshot, std::string_view ref) {
    const auto reference = entity::parse_reference(ref, {.kind = {}, .name_space = "default"});
    return reference ? snapshot.find(reference->canonical()) : nullptr;
  }

  std::string text_;
  std::vector<std::size_t> ends_;
};

// Puts null in the place of entities that the filters leave out.
base::Status apply(const query::Query& query, Call& call, std::vector<const catalog::Entity*>& items) {
  const auto selected = select(query, *call.snapshot, call.worker.parser());
  if (!selected) return std::unexpected(selected.error());
  for (const catalog::Entity*& item : items) {
    if (item != nullptr && !selected->contains(call.snapshot->slots().slot_of(item->key()))) item = nullptr;
  }
  return {};
}

}  // namespace

void post_entities_by_refs(Call& call) {
  auto body = Body::read(call);
  if (!body) return call.fail(body.error());
  List list{
      .snapshot = call.worker.reader().hold(), .items = {}, .fields = {}, .before = "{\"items\":[", .after = "]}"};
  Keys keys;
  const auto read = body->visit_strings("entityRefs", max_refs, [&](std::string_view ref) { keys.add(ref); });
  if (!read) return call.fail(read.error());
  list.items = keys.find(*list.snapshot);
  auto paths = body->strings("fields");
  if (!paths) return call.fail(paths.error());
  for (std::string& more : call.params.all("fields")) paths->push_back(std::move(more));
  auto fields = query::Fields::parse(*paths);
  if (!fields) return call.fail(fields.error());
  list.fields = *std::move(fields);
  const query::Query query{.filters = call.params.all("filter"), .predicate = body->json("query")};
  if (!query.filters.empty() || !query.predicate.empty()) {
    if (call.defer_scan(query)) return;
    if (auto applied = apply(query, call, list.items); !applied) return call.fail(applied.error());
  }
  send_list(call, std::move(list));
}

}  // namespace aureacore::api
