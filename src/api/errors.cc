// GET /api/v1/errors: what is wrong in the catalog's files, with the place and the commit.
#include <algorithm>
#include <array>

#include "api/answer.h"
#include "api/endpoints.h"
#include "base/json.h"

namespace aureacore::api {
namespace {

constexpr std::size_t default_errors = 1'000;
constexpr std::size_t max_errors = 10'000;

struct ErrorsRequest {
  const std::string* source = nullptr;
  std::size_t offset = 0;
  std::size_t limit = default_errors;
};

base::Result<ErrorsRequest> read_request(const Call& call) {
  constexpr std::array<std::string_view, 4> known{"source", "offset", "limit", "consistency"};
  if (auto only = call.params.only(known); !only) return std::unexpected(only.error());
  auto offset = call.params.number("offset");
  if (!offset) return std::unexpected(offset.error());
  auto limit = call.params.number("limit");
  if (!limit) return std::unexpected(limit.error());
  if (limit->value_or(0) > max_errors) {
    return base::fail(base::Code::too_large, "expected a limit of at most {}, found {}", max_errors, **limit);
  }
  return ErrorsRequest{
      .source = call.params.find("source"), .offset = offset->value_or(0), .limit = limit->value_or(default_errors)};
}

void write(const entity::Diagnostic& diagnostic, std::string_view source_id, const catalog::SourceState* source,
           base::JsonWriter& json) {
  json.begin_object();
  json.member("source", source_id);
  json.member("path", diagnostic.path);
  json.member("line", static_cast<std::int64_t>(diagnostic.mark.line));
  json.member("column", static_cast<std::int64_t>(diagnostic.mark.column));
  json.member("severity", name(diagnostic.severity));
  json.member("rule", diagnostic.rule);
  json.member("message", diagnostic.message);
  if (!diagnostic.entity.empty()) json.member("entity", diagnostic.entity);
  if (source != nullptr) {
    json.member("commit", source->commit);
    json.member("author", source->author);
  }
  json.end_object();
}

// Gives the number of all that the request selects, whether or not its page shows them.
std::size_t write_items(const catalog::Snapshot& snapshot, const ErrorsRequest& request, base::JsonWriter& json) {
  std::size_t position = 0;
  for (const auto& [file, diagnostics] : snapshot.diagnostics()) {
    if (request.source != nullptr && file.first != *request.source) continue;
    const catalog::SourceState* source = snapshot.source(file.first);
    for (const entity::Diagnostic& diagnostic : diagnostics) {
      if (position >= request.offset && position - request.offset < request.limit)
        write(diagnostic, file.first, source, json);
      ++position;
    }
  }
  return position;
}

}  // namespace

void get_errors(Call& call) {
  const auto request = read_request(call);
  if (!request) return call.fail(request.error());
  if (request->source != nullptr && call.snapshot->source(*request->source) == nullptr) {
    return call.fail_absent(fmt::format("expected a source, found none with the id {}", *request->source));
  }
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  json.key("items");
  json.begin_array();
  const std::size_t total = write_items(*call.snapshot, *request, json);
  json.end_array();
  json.member("totalItems", static_cast<std::int64_t>(total));
  json.member("version", call.snapshot->token());
  json.end_object();
  send_json(call, call.label(), std::array{std::string_view(body)});
}

}  // namespace aureacore::api
