// What a snapshot costs: built whole, and by one more commit, at several sizes.
#include <benchmark/benchmark.h>

#include "catalog/editor.h"
#include "catalog/testing.h"

namespace aureacore::catalog {
namespace {

entity::DefinitionPtr component(int i, const std::string& tag) {
  const auto other = [&](int step) { return "component:default/service-" + std::to_string((i * 7 + step) % 100'000); };
  return testing::define({.name = "service-" + std::to_string(i),
                          .tag = tag,
                          .owner = "group:default/team-" + std::to_string(i % 500),
                          .depends_on = {other(1), other(2), other(3)},
                          .path = "dir-" + std::to_string(i / 100) + "/catalog-info.yaml",
                          .document = static_cast<std::uint32_t>(i % 100)});
}

SnapshotPtr catalog_of(int size) {
  Editor editor(nullptr, 1);
  for (int i = 0; i < size; ++i) editor.put(component(i, "java"));
  return editor.finish();
}

void build(benchmark::State& state) {
  const int size = static_cast<int>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(catalog_of(size));
  state.SetItemsProcessed(state.iterations() * size);
}
BENCHMARK(build)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void edit_one(benchmark::State& state) {
  SnapshotPtr snapshot = catalog_of(static_cast<int>(state.range(0)));
  int round = 0;
  for (auto _ : state) {
    Editor editor(snapshot);
    editor.put(component(17, "tag-" + std::to_string(++round)));
    snapshot = editor.finish();
  }
}
BENCHMARK(edit_one)->Arg(1'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

void find(benchmark::State& state) {
  const int size = static_cast<int>(state.range(0));
  const SnapshotPtr snapshot = catalog_of(size);
  std::vector<std::string> keys;
  for (int i = 0; i < 4096; ++i) keys.push_back("component:default/service-" + std::to_string((i * 7919) % size));
  std::size_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(snapshot->find(keys[at++ & 4095]));
}
BENCHMARK(find)->Arg(10'000)->Arg(100'000)->Arg(1'000'000);

void filter_two(benchmark::State& state) {
  const SnapshotPtr snapshot = catalog_of(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    Selection kind = snapshot->nothing();
    snapshot->match("kind", "component", kind);
    Selection owner = snapshot->nothing();
    snapshot->match("relations.ownedby", "group:default/team-7", owner);
    kind &= owner;
    benchmark::DoNotOptimize(kind.count());
  }
}
BENCHMARK(filter_two)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

void facet(benchmark::State& state) {
  const SnapshotPtr snapshot = catalog_of(static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(snapshot->facet("kind", nullptr));
}
BENCHMARK(facet)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace aureacore::catalog
