// POST /analyze-location: what the catalog has from an address. Answered from the snapshot: nothing is fetched.
#include <simdjson.h>

#include "api/answer.h"
#include "api/body.h"
#include "api/endpoints.h"
#include "base/json.h"
#include "base/text.h"
#include "definition/links.h"

namespace aureacore::api {
namespace {

// Of a repository or folder, this many entities are shown.
constexpr std::size_t max_existing = 1'000;

struct AnalysisRequest {
  std::string target;
  std::string filename;  // of the descriptors wanted; empty: any
};

struct Found {
  const catalog::SourceState* source = nullptr;
  definition::Links links;
  std::string path;  // in the repository; empty: all of it
};

base::Result<AnalysisRequest> read_analysis(Call& call) {
  const auto body = Body::read(call);
  if (!body) return std::unexpected(body.error());
  simdjson::dom::element location;
  std::string_view type;
  std::string_view target;
  const bool complete = body->find("location", location) && location["type"].get(type) == simdjson::SUCCESS &&
                        location["target"].get(target) == simdjson::SUCCESS && !target.empty();
  if (!complete) {
    return base::fail(base::Code::invalid,
                      "expected \"location\" in the body as {{\"type\":\"url\",\"target\":\"https://host/path\"}}");
  }
  auto filename = body->string("catalogFilename");
  if (!filename) return std::unexpected(filename.error());
  return AnalysisRequest{.target = std::string(target), .filename = filename->value_or("")};
}

std::optional<Found> find_source(const catalog::Snapshot& snapshot, std::string_view target) {
  for (const catalog::SourceState& source : snapshot.sources()) {
    auto links = definition::make_links(source.url, source.branch);
    if (auto path = definition::path_in_repository(links, target)) {
      return Found{.source = &source, .links = std::move(links), .path = std::move(*path)};
    }
  }
  return std::nullopt;
}

bool is_wanted(const entity::SourceFile& file, const Found& found, const AnalysisRequest& request) {
  if (file.source != found.source->id || !file.path.starts_with(found.path)) return false;
  const std::string_view rest = std::string_view(file.path).substr(found.path.size());
  if (rest.empty()) return true;  // the very file
  if (!found.path.empty() && !rest.starts_with('/')) return false;
  const std::string_view path = file.path;
  return request.filename.empty() || path.substr(path.rfind('/') + 1) == request.filename;  // npos + 1 is 0
}

std::vector<const catalog::Entity*> existing(const catalog::Snapshot& snapshot, const Found& found,
                                             const AnalysisRequest& request) {
  std::vector<const catalog::Entity*> all;
  snapshot.visit(snapshot.everything(), {}, [&](const catalog::Entity& entity) {
    if (is_wanted(*entity.definition->place.file, found, request)) all.push_back(&entity);
    return all.size() < max_existing;
  });
  return all;
}

void write_existing(const catalog::Entity& entity, const Found& found, base::JsonWriter& json) {
  constexpr std::string_view prefix = "url:";
  std::string target = found.links.location + entity.definition->place.file->path;
  if (target.starts_with(prefix)) target.erase(0, prefix.size());
  json.begin_object();
  json.key("location");
  json.begin_object();
  json.member("type", "url");
  json.member("target", target);
  json.end_object();
  json.member("isRegistered", true);
  json.key("entity");
  std::string whole;
  entity.append_json(whole);
  json.raw(whole);
  json.end_object();
}

// A descriptor to begin with, as Backstage suggests it.
void write_suggestion(const Found& found, base::JsonWriter& json) {
  std::string_view name = found.links.page.empty() ? std::string_view(found.links.location) : found.links.page;
  while (name.ends_with('/')) name.remove_suffix(1);
  name.remove_prefix(name.rfind('/') + 1);  // npos + 1 is 0
  json.begin_object();
  json.key("entity");
  json.begin_object();
  json.member("apiVersion", "backstage.io/v1alpha1");
  json.member("kind", "Component");
  json.key("metadata");
  json.begin_object();
  json.member("name", name);
  json.end_object();
  json.key("spec");
  json.begin_object();
  json.member("type", "other");
  json.member("lifecycle", "unknown");
  json.end_object();
  json.end_object();
  json.key("fields");
  json.begin_array();
  json.end_array();
  json.end_object();
}

std::string render(const std::vector<const catalog::Entity*>& entities, const Found& found) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.key("existingEntityFiles");
  json.begin_array();
  for (const catalog::Entity* entity : entities) write_existing(*entity, found, json);
  json.end_array();
  json.key("generateEntities");
  json.begin_array();
  if (entities.empty()) write_suggestion(found, json);
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace

void post_analyze_location(Call& call) {
  const auto request = read_analysis(call);
  if (!request) return call.fail(request.error());
  const auto found = find_source(*call.snapshot, request->target);
  if (!found) {
    return call.fail_absent(
        fmt::format("expected an address in the repository and branch of a configured source (nothing else is looked "
                    "at: add its repository to the configuration's sources), found \"{}\"",
                    base::printable(request->target)));
  }
  if (call.defer_large(call.snapshot->size())) return;
  send_live(call, 200, json_type, render(existing(*call.snapshot, *found, *request), *found));
}

}  // namespace aureacore::api
