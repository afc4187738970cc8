#include "discovery/parameters.h"

#include <utility>

#include "base/json.h"
#include "discovery/facts.h"

namespace aureacore::discovery {
namespace {

void write_texts(const Facts& facts, base::JsonWriter& json) {
  for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>{"reference", facts.reference},
                                    {"kind", facts.kind},
                                    {"namespace", facts.name_space},
                                    {"name", facts.name},
                                    {"uid", facts.uid},
                                    {"title", facts.title},
                                    {"type", facts.type},
                                    {"lifecycle", facts.lifecycle},
                                    {"owner", facts.owner},
                                    {"ownerName", name_of(facts.owner)},
                                    {"system", facts.system},
                                    {"systemName", name_of(facts.system)},
                                    {"domain", facts.domain},
                                    {"domainName", name_of(facts.domain)},
                                    {"repoURL", facts.repository},
                                    {"branch", facts.branch},
                                    {"directory", facts.directory}}) {
    json.member(name, value);
  }
}

void write_nested(const Facts& facts, base::JsonWriter& json) {
  json.key("labels");
  json.raw(facts.labels);
  json.key("annotations");
  json.raw(facts.annotations);
  json.key("tags");
  json.raw(facts.tags);
}

void write_slice(const catalog::Entity& entity, query::Fields& fields, base::JsonWriter& json) {
  std::string whole;
  std::string slice;
  entity.append_json(whole);
  fields.project(whole, slice);
  json.key("entity");
  json.raw(slice);
}

// The array's items; stops once the body is too large.
void write_items(const catalog::Snapshot& snapshot, const catalog::Selection& selection, query::Fields& fields,
                 bool with_id, std::size_t max_bytes, std::string& body) {
  base::JsonWriter json(body);
  FactsReader reader(snapshot);
  json.begin_array();
  snapshot.visit(selection, {}, [&](const catalog::Entity& entity) {
    const Facts& facts = reader.read(entity);
    json.begin_object();
    if (with_id) json.member("id", facts.uid);
    write_texts(facts, json);
    write_nested(facts, json);
    if (!fields.is_everything()) write_slice(entity, fields, json);
    json.end_object();
    return body.size() <= max_bytes;
  });
  json.end_array();
}

base::Result<std::string> limited(std::string body, std::size_t max_bytes) {
  if (body.size() <= max_bytes) return body;
  return base::fail(base::Code::too_large,
                    "expected an answer of at most {} bytes, found more: narrow the filter, or ask for fewer fields",
                    max_bytes);
}

}  // namespace

base::Result<std::string> argo_parameters(const catalog::Snapshot& snapshot, const catalog::Selection& selection,
                                          query::Fields fields, std::size_t max_bytes) {
  std::string body = R"({"output":{"parameters":)";
  write_items(snapshot, selection, fields, false, max_bytes, body);
  body += "}}";
  return limited(std::move(body), max_bytes);
}

base::Result<std::string> flux_inputs(const catalog::Snapshot& snapshot, const catalog::Selection& selection,
                                      query::Fields fields, std::size_t max_bytes) {
  std::string body = R"({"inputs":)";
  write_items(snapshot, selection, fields, true, max_bytes, body);
  body += "}";
  return limited(std::move(body), max_bytes);
}

}  // namespace aureacore::discovery
