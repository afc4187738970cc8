// GET /api/v1/discovery/prometheus, GET /api/v1/discovery/flux, POST /api/v1/getparams.execute (Argo CD's name for it): what tools
// build from. Whatever is wrong with a question is an error, never an empty answer: they delete what an answer lacks.
#include <simdjson.h>

#include <array>

#include "api/answer.h"
#include "api/body.h"
#include "api/endpoints.h"
#include "base/text.h"
#include "discovery/parameters.h"
#include "discovery/prometheus.h"
#include "discovery/selecting.h"

namespace aureacore::api {
namespace {

// Entities: reading more of them takes more than half a millisecond.
constexpr std::size_t quick_entities = 200;

struct DiscoveryRequest {
  std::vector<std::string> filters;
  query::Fields fields;
};

bool defer_many(Call& call) { return call.snapshot->size() > quick_entities && call.defer(); }

base::Result<DiscoveryRequest> make(std::vector<std::string> filters, std::span<const std::string> fields) {
  auto parsed = query::Fields::parse(fields);
  if (!parsed) return std::unexpected(parsed.error());
  return DiscoveryRequest{.filters = std::move(filters), .fields = *std::move(parsed)};
}

base::Result<DiscoveryRequest> read_params(const Call& call, std::span<const std::string_view> known) {
  if (auto only = call.params.only(known); !only) return std::unexpected(only.error());
  return make(call.params.all("filter"), call.params.all("fields"));
}

// A string, or an array of strings.
base::Status read_texts(std::string_view name, simdjson::dom::element value, std::vector<std::string>& texts) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) {
    texts.emplace_back(text);
    return {};
  }
  simdjson::dom::array items;
  if (value.get(items) == simdjson::SUCCESS) {
    for (const simdjson::dom::element item : items) {
      if (item.get(text) != simdjson::SUCCESS) break;
      texts.emplace_back(text);
    }
    if (texts.size() == items.size()) return {};
  }
  return base::fail(base::Code::invalid,
                    "expected a string or an array of strings as \"input.parameters.{}\" in the body", name);
}

base::Result<DiscoveryRequest> read_input(Call& call) {
  constexpr std::array<std::string_view, 1> known{"consistency"};
  if (auto only = call.params.only(known); !only) return std::unexpected(only.error());
  auto body = Body::read(call);
  if (!body) return std::unexpected(body.error());
  simdjson::dom::element input;
  simdjson::dom::object parameters;
  if (!body->find("input", input) || input["parameters"].get(parameters) != simdjson::SUCCESS) {
    return base::fail(base::Code::invalid, "expected {{\"input\": {{\"parameters\": {{…}}}}}} as the body");
  }
  std::vector<std::string> filters;
  std::vector<std::string> fields;
  for (const auto& [name, value] : parameters) {
    if (name != "filter" && name != "fields") {
      return base::fail(base::Code::invalid,
                        "expected filter and fields in \"input.parameters\" in the body, found \"{}\"",
                        base::printable(name));
    }
    if (auto read = read_texts(name, value, name == "filter" ? filters : fields); !read) {
      return std::unexpected(read.error());
    }
  }
  return make(std::move(filters), fields);
}

template <class Write>
void answer(Call& call, base::Result<DiscoveryRequest> request, const Write& write) {
  if (!request) return call.fail(request.error());
  if (defer_many(call)) return;
  const auto selected = discovery::select(request->filters, *call.snapshot);
  if (!selected) return call.fail(selected.error());
  const base::Result<std::string> body = write(*selected, std::move(request->fields));
  if (!body) return call.fail(body.error());
  send_json(call, call.label(), std::array{std::string_view(*body)});
}

}  // namespace

void get_prometheus_targets(Call& call) {
  constexpr std::array<std::string_view, 2> known{"filter", "consistency"};
  answer(call, read_params(call, known), [&](const catalog::Selection& selected, const query::Fields&) {
    return discovery::prometheus_targets(*call.snapshot, selected);
  });
}

void get_flux_inputs(Call& call) {
  constexpr std::array<std::string_view, 3> known{"filter", "fields", "consistency"};
  answer(call, read_params(call, known), [&](const catalog::Selection& selected, query::Fields fields) {
    return discovery::flux_inputs(*call.snapshot, selected, std::move(fields));
  });
}

void post_argo_parameters(Call& call) {
  answer(call, read_input(call), [&](const catalog::Selection& selected, query::Fields fields) {
    return discovery::argo_parameters(*call.snapshot, selected, std::move(fields));
  });
}

}  // namespace aureacore::api
