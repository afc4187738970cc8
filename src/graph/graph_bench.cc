// What questions about the graph cost: over small steps (Walk), over the whole (Dense), and making the latter.
#include <benchmark/benchmark.h>

#include "graph/components.h"
#include "graph/testing.h"

namespace aureacore::graph {
namespace {

// Five relations each, to entities of smaller numbers (layers of services, no cycle but a few on purpose).
catalog::SnapshotPtr make(int size) {
  std::mt19937 random(1);
  testing::Documents documents;
  for (int i = 0; i < size; ++i) {
    auto& relations = documents[testing::component(fmt::format("service-{:06}", i))];
    for (int j = 0; j < 4 && i > 0; ++j) {
      const int near = std::max(0, i - 1 - static_cast<int>(random() % 200));
      relations.push_back({entity::RelationType::depends_on, testing::component(fmt::format("service-{:06}", near))});
    }
    relations.push_back({entity::RelationType::owned_by, fmt::format("group:default/team-{}", i % 500)});
    if (i % 1'000 == 0)
      relations.push_back(
          {entity::RelationType::depends_on, testing::component(fmt::format("service-{:06}", (i + 7) % size))});
  }
  return testing::build(documents);
}

const catalog::SnapshotPtr& snapshot_of(benchmark::State& state) {
  static std::map<std::int64_t, catalog::SnapshotPtr> made;
  catalog::SnapshotPtr& snapshot = made[state.range(0)];
  if (!snapshot) snapshot = make(static_cast<int>(state.range(0)));
  return snapshot;
}

void make_dense(benchmark::State& state) {
  const auto& snapshot = snapshot_of(state);
  for (auto _ : state) benchmark::DoNotOptimize(Dense(*snapshot));
}
BENCHMARK(make_dense)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

std::string middle(const benchmark::State& state) {
  return testing::component(fmt::format("service-{:06}", state.range(0) / 2));
}

void neighbourhood(benchmark::State& state) {
  const auto& snapshot = snapshot_of(state);
  const std::string from = middle(state);
  for (auto _ : state) {
    Walk walk(*snapshot);
    benchmark::DoNotOptimize(reach(walk, *walk.find(from), depends_on, {.depth = 2}));
  }
}
BENCHMARK(neighbourhood)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

// Everything behind the middle: half of the catalog.
template <class Graph>
void impact(benchmark::State& state) {
  const auto& snapshot = snapshot_of(state);
  const std::string from = middle(state);
  const Dense dense(*snapshot);
  std::size_t found = 0;
  for (auto _ : state) {
    if constexpr (std::is_same_v<Graph, Dense>) {
      found =
          reach(dense, *dense.find(from), depends_on.inverse(), {.depth = 100'000, .nodes = 1'000'000})->nodes.size();
    } else {
      Graph graph(*snapshot);
      found =
          reach(graph, *graph.find(from), depends_on.inverse(), {.depth = 100'000, .nodes = 1'000'000})->nodes.size();
    }
  }
  state.counters["found"] = static_cast<double>(found);
}
BENCHMARK(impact<Walk>)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(impact<Dense>)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

// As much as is walked on a worker's thread at most.
void impact_of_1000_steps(benchmark::State& state) {
  const auto& snapshot = snapshot_of(state);
  const std::string from = middle(state);
  for (auto _ : state) {
    Walk walk(*snapshot);
    benchmark::DoNotOptimize(reach(walk, *walk.find(from), depends_on.inverse(), {.steps = 1'000}));
  }
}
BENCHMARK(impact_of_1000_steps)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

void cycles(benchmark::State& state) {
  const Dense dense(*snapshot_of(state));
  for (auto _ : state) benchmark::DoNotOptimize(find_cycles(dense, depends_on, Components(dense, depends_on)));
}
BENCHMARK(cycles)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void order(benchmark::State& state) {
  const Dense dense(*snapshot_of(state));
  for (auto _ : state) benchmark::DoNotOptimize(dependency_order(dense, depends_on, Components(dense, depends_on)));
}
BENCHMARK(order)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace aureacore::graph
