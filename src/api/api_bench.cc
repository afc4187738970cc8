// What the handler alone costs, without sockets: over 10,000 entities of about 1 KB.
#include <benchmark/benchmark.h>

#include <random>

#include "api/testing.h"

namespace {

using namespace aureacore;

constexpr int entity_count = 10'000;

std::vector<query::testing::Document> documents() {
  std::vector<query::testing::Document> all;
  for (int i = 0; i < entity_count; ++i) {
    all.push_back({.kind = i % 10 == 0 ? "API" : "Component",
                   .name = fmt::format("entity-{:05}", i),
                   .metadata = fmt::format(R"(,"title":"Entity {}","description":"{}","tags":["t{}"])", i,
                                           std::string(500, 'd'), i % 50),
                   .spec = fmt::format(R"("type":"{}","lifecycle":"production","owner":"team-{}")",
                                       i % 3 == 0 ? "service" : "library", i % 200),
                   .relations = {{entity::RelationType::owned_by, fmt::format("group:default/team-{}", i % 200)}}});
  }
  return all;
}

api::testing::Instance& instance() {
  static auto made = [] {
    auto fresh = std::make_unique<api::testing::Instance>();
    fresh->publish(documents());
    return fresh;
  }();
  return *made;
}

// Requests are made ahead, so that the handler's share alone is measured.
class Requests {
 public:
  void add(http::Method method, std::string target, std::string body = {}) {
    Kept& kept = *all_.emplace_back(std::make_unique<Kept>());
    kept.target = std::move(target);
    kept.body = std::move(body);
    kept.headers = {{"Host", "localhost"}, {"User-Agent", "bench"}, {"Accept", "*/*"}};
    kept.request.method = method;
    kept.request.target = kept.target;
    kept.request.path = kept.request.target.substr(0, kept.request.target.find('?'));
    if (kept.request.path.size() < kept.target.size())
      kept.request.query = kept.request.target.substr(kept.request.path.size() + 1);
    kept.request.body = kept.body;
    kept.request.headers = kept.headers;
  }

  void run(benchmark::State& state) {
    http::Handler& handler = *instance().handler;
    http::Output out;
    std::size_t i = 0;
    std::size_t bytes = 0;
    for (auto _ : state) {
      out.clear();
      http::Response response(all_[i]->request, out);
      handler.handle(all_[i]->request, response);
      bytes += out.size();
      i = i + 1 == all_.size() ? 0 : i + 1;
    }
    state.SetItemsProcessed(state.iterations());
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  }

  void add_header(std::string_view name, std::string_view value) {
    for (auto& kept : all_) {
      kept->headers.push_back({name, value});
      kept->request.headers = kept->headers;
    }
  }

 private:
  struct Kept {
    std::string target;
    std::string body;
    std::vector<http::Header> headers;
    http::Request request;
  };
  std::vector<std::unique_ptr<Kept>> all_;
};

std::string name_of(unsigned i) { return fmt::format("{}/default/entity-{:05}", i % 10 == 0 ? "api" : "component", i); }

Requests look_ups() {
  Requests requests;
  std::mt19937 random(1);
  for (int i = 0; i < entity_count; ++i) {
    requests.add(http::Method::get,
                 "/api/catalog/entities/by-name/" + name_of(static_cast<unsigned>(random() % entity_count)));
  }
  return requests;
}

void by_name(benchmark::State& state) { look_ups().run(state); }
BENCHMARK(by_name);

void by_name_unchanged(benchmark::State& state) {
  Requests requests = look_ups();
  requests.add_header("If-None-Match", "*");
  requests.run(state);
}
BENCHMARK(by_name_unchanged);

void by_refs_of_100(benchmark::State& state) {
  Requests requests;
  std::mt19937 random(1);
  for (int i = 0; i < 100; ++i) {
    std::string body = R"({"entityRefs":[)";
    for (int j = 0; j < 100; ++j) {
      std::string ref = name_of(static_cast<unsigned>(random() % entity_count));
      ref[ref.find('/')] = ':';
      body += fmt::format("{}\"{}\"", j == 0 ? "" : ",", ref);
    }
    requests.add(http::Method::post, "/api/catalog/entities/by-refs", body + "]}");
  }
  requests.run(state);
}
BENCHMARK(by_refs_of_100);

void one(benchmark::State& state, const char* target) {
  Requests requests;
  requests.add(http::Method::get, target);
  requests.run(state);
}
BENCHMARK_CAPTURE(one, filtered_limit_20,
                  "/api/catalog/entities/by-query?filter=kind=component,spec.type=service&limit=20");
BENCHMARK_CAPTURE(
    one, filtered_fields_20,
    "/api/catalog/entities/by-query?filter=kind=component,spec.type=service&limit=20&fields=metadata.name,spec.type");
BENCHMARK_CAPTURE(one, ordered_by_name_20, "/api/catalog/entities/by-query?orderField=metadata.name,desc&limit=20");
BENCHMARK_CAPTURE(one, ordered_by_title_20, "/api/catalog/entities/by-query?orderField=metadata.title&limit=20");
BENCHMARK_CAPTURE(one, text_in_title,
                  "/api/catalog/entities/by-query?fullTextFilterTerm=777&fullTextFilterFields=metadata.title");
BENCHMARK_CAPTURE(one, facet_of_kind, "/api/catalog/entity-facets?facet=kind");
BENCHMARK_CAPTURE(one, facets_of_three, "/api/catalog/entity-facets?facet=kind&facet=spec.type&facet=spec.lifecycle");
BENCHMARK_CAPTURE(one, facet_of_200_owners, "/api/catalog/entity-facets?facet=spec.owner");
BENCHMARK_CAPTURE(one, facet_filtered, "/api/catalog/entity-facets?facet=spec.type&filter=kind=component");

}  // namespace
