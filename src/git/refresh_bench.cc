// What a refresh of a local source with 1,000 files costs: nothing moved, one file changed, and the parts in the process.
#include <benchmark/benchmark.h>

#include "git/remote.h"
#include "git/repository.h"
#include "git/test_repository.h"

namespace aureacore::git {
namespace {

constexpr int folders = 100;
constexpr int files_in_folder = 10;

class Fixture {
 public:
  Fixture()
      : remote_(directory(),
                {.url = parse_url(origin_.url(), {.local = true}).value(), .branch = "main", .credentials = {}}) {
    for (int i = 0; i < folders * files_in_folder; ++i) {
      origin_.write(std::to_string(i / files_in_folder) + "/" + std::to_string(i) + "/catalog-info.yaml",
                    "kind: Component\nmetadata:\n  name: c" + std::to_string(i) + "\n");
    }
    first_ = origin_.commit();
    fetch(first_);
  }

  std::string commit() {
    return origin_.commit_file("5/50/catalog-info.yaml", "kind: Component # " + std::to_string(++changed_));
  }
  void list() { benchmark::DoNotOptimize(remote_.advertised({})); }
  bool fetch(const std::string& commit) { return remote_.fetch({.branch = "main", .commit = commit}, {}).has_value(); }
  bool tidy() { return remote_.tidy({}).has_value(); }
  [[nodiscard]] std::filesystem::path directory() const { return folder_.path() / "mirror"; }
  [[nodiscard]] const std::string& first() const { return first_; }

 private:
  TestRepository origin_;
  TemporaryFolder folder_;
  GitRemote remote_;
  std::string first_;
  int changed_ = 0;
};

void list_unmoved(benchmark::State& state) {
  Fixture fixture;
  for (auto _ : state) fixture.list();
}
BENCHMARK(list_unmoved)->Unit(benchmark::kMillisecond)->UseRealTime();

void fetch_one_file(benchmark::State& state) {
  Fixture fixture;
  for (auto _ : state) {
    state.PauseTiming();
    const std::string commit = fixture.commit();
    if (!fixture.tidy()) state.SkipWithError("tidy");
    state.ResumeTiming();
    if (!fixture.fetch(commit)) state.SkipWithError("fetch");
  }
}
BENCHMARK(fetch_one_file)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(100);

void read_change(benchmark::State& state) {
  Fixture fixture;
  const std::string second = fixture.commit();
  fixture.fetch(second);
  for (auto _ : state) {
    const auto repository = Repository::open(fixture.directory());
    const auto changes = repository->changes(fixture.first(), second);
    benchmark::DoNotOptimize(repository->read(changes->front().now->blob, 1 << 20));
  }
}
BENCHMARK(read_change)->Unit(benchmark::kMicrosecond);

void read_all(benchmark::State& state) {
  Fixture fixture;
  for (auto _ : state) {
    const auto repository = Repository::open(fixture.directory());
    const auto files = repository->files(fixture.first(), [](std::string_view) { return true; }, 1 << 20);
    for (const File& file : *files) benchmark::DoNotOptimize(repository->read(file.blob, 1 << 20));
  }
}
BENCHMARK(read_all)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace aureacore::git
