// POST /validate-entity: by the rules that files are read by, what is wrong with one entity. Nothing is stored.
#include <simdjson.h>

#include "api/answer.h"
#include "api/body.h"
#include "api/endpoints.h"
#include "base/json.h"
#include "base/text.h"
#include "definition/descriptor.h"

namespace aureacore::api {
namespace {

constexpr std::string_view place_prefix = "url:";

// Nothing is asked of it: placeholders are left alone.
class NoFiles final : public definition::Files {
 public:
  base::Result<std::string> read(std::string_view path) override {
    return base::fail(base::Code::not_found, "expected no file to be read, found {}", path);
  }
};

base::Result<std::string> entity_json(const Body& body) {
  simdjson::dom::element entity;
  if (!body.find("entity", entity) || !entity.is_object()) {
    return base::fail(base::Code::invalid, "expected an object as \"entity\" in the body, found {}",
                      body.json("entity").empty() ? "none" : "another value");
  }
  const auto location = body.string("location");
  if (!location) return std::unexpected(location.error());
  const std::string place = location->value_or("");
  if (!place.starts_with(place_prefix) || place.size() == place_prefix.size()) {
    return base::fail(base::Code::invalid,
                      "expected \"location\" in the body to be a location reference such as url:https://host/path, "
                      "found \"{}\"",
                      base::printable(place));
  }
  return body.json("entity");
}

base::Result<std::vector<std::string>> validate(Call& call) {
  const auto body = Body::read(call);
  if (!body) return std::unexpected(body.error());
  const auto json = entity_json(*body);
  if (!json) return std::unexpected(json.error());
  definition::FileContext context;
  context.file = entity::SourceFilePtr(new entity::SourceFile("", "catalog-info.yaml"));
  context.other_files = false;
  const auto declared = call.context().kinds == nullptr ? nullptr : call.context().kinds->get();
  context.declared = declared.get();
  NoFiles files;
  const auto descriptor = definition::read_json_entity(context, *json, files);
  if (!descriptor) return std::unexpected(descriptor.error().in("the entity"));
  std::vector<std::string> errors;
  for (const auto& diagnostic : descriptor->diagnostics) {
    if (diagnostic.severity == entity::Severity::error) errors.push_back(diagnostic.message);
  }
  return errors;
}

// As Backstage's clients read it.
std::string render(const std::vector<std::string>& errors) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object();
  json.key("errors");
  json.begin_array();
  for (const std::string& message : errors) {
    json.begin_object();
    json.member("name", "InputError");
    json.member("message", message);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace

void post_validate_entity(Call& call) {
  auto errors = validate(call);
  if (!errors) errors = std::vector{errors.error().message};
  if (errors->empty()) return send_live(call, 200, json_type, "");
  send_live(call, 400, json_type, render(*errors));
}

}  // namespace aureacore::api
