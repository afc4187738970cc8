// What a catalog costs as parts: written whole, by one commit more, read whole and by what differs; and how large it is.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>

#include "base/log.h"
#include "bench/generate/document.h"
#include "cache/embedded_store.h"
#include "cache/envelope.h"
#include "cache/reader.h"
#include "cache/writer.h"
#include "catalog/editor.h"
#include "definition/descriptor.h"

namespace aureacore::bench {
namespace {

using cache::ImagePtr;
using cache::Part;
using namespace std::chrono_literals;

constexpr std::uint64_t entities_per_file = 100;

class NoFiles final : public definition::Files {
 public:
  base::Result<std::string> read(std::string_view path) override {
    return base::fail(base::Code::not_found, "no file {}", path);
  }
};

template <class T>
T need(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

void need(const base::Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

entity::DefinitionPtr with_owner_of(const entity::DefinitionPtr& definition, int round) {
  boost::intrusive_ptr<entity::Definition> changed(new entity::Definition(*definition));
  changed->metadata_json += ",\"x-round\":" + std::to_string(round);
  return changed;
}

// A generated catalog and a store that has it.
class Instance {
 public:
  explicit Instance(std::uint64_t entities) {
    const generate::Model model(
        {.entities = entities, .files = std::max<std::uint64_t>(1, entities / entities_per_file)});
    NoFiles files;
    catalog::Editor editor(nullptr, 1);
    for (std::uint64_t file = 0; file < model.size().files; ++file) {
      definition::FileContext context;
      context.file.reset(new entity::SourceFile("main", generate::Model::path(file)));
      context.origin = context.file->path;
      context.links = definition::make_links("https://git.example/org/catalog", "main");
      for (auto& document : definition::read_descriptor(context, generate::file_text(model, file), files).documents) {
        if (document.definition) editor.put(std::move(document.definition));
      }
    }
    catalog::SourceState state;
    state.id = "main";
    state.commit = std::string(40, '0');
    state.freshness = std::make_shared<catalog::Freshness>();
    editor.set_source(state);
    snapshot = editor.finish();
    snapshot->visit(snapshot->everything(), {}, [&](const catalog::Entity& entity) {
      json_bytes += entity.json_size();
      return true;
    });
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    store = need(cache::EmbeddedStore::open(folder_, clock_, log_));
    image = write(snapshot, nullptr);
    stored_bytes = written_bytes;
    need(for_each_part([&](std::size_t bytes) { content_bytes += bytes; }));
  }
  ~Instance() {
    store.reset();
    std::filesystem::remove_all(folder_);
  }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  ImagePtr write(const catalog::SnapshotPtr& what, const ImagePtr& before) {
    written_bytes = written_parts = 0;
    return need(cache::write(what, before, {}, [&](std::span<const Part> parts, base::Duration) {
      for (const Part& part : parts) written_bytes += part.bytes.size();
      written_parts += parts.size();
      return store->put(parts, 1h, clock_.steady() + 1h);
    }));
  }
  ImagePtr read(const cache::Digest& digest, const ImagePtr& before) {
    const cache::ReadTerms terms{
        .complete = [](catalog::SourceState& state) { state.freshness = std::make_shared<catalog::Freshness>(); },
        .seed = 7,
        .deadline = clock_.steady() + 1h};
    return need(cache::read(*store, digest, before, terms));
  }

  catalog::SnapshotPtr snapshot;
  std::unique_ptr<cache::EmbeddedStore> store;
  ImagePtr image;
  std::size_t json_bytes = 0;
  std::size_t content_bytes = 0;
  std::size_t stored_bytes = 0;
  std::size_t written_bytes = 0;
  std::size_t written_parts = 0;

 private:
  template <class Use>
  base::Status for_each_part(const Use& use) {
    for (const auto& digest : image->manifest.parts()) {
      const auto found = store->get({&digest, 1}, clock_.steady() + 1h);
      if (!found) return std::unexpected(found.error());
      use(need(cache::unseal(digest, *found->front())).size());
    }
    return {};
  }

  base::SystemClock clock_;
  base::Log log_{clock_};
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / "aureacore-cache-bench";
};

// One at a time: the largest takes a while to make.
Instance& instance(std::int64_t entities) {
  static std::unique_ptr<Instance> current;
  static std::int64_t size = 0;
  if (size != entities) {
    current.reset();
    current = std::make_unique<Instance>(static_cast<std::uint64_t>(entities));
    size = entities;
  }
  return *current;
}

void read_all(benchmark::State& state) {
  Instance& from = instance(state.range(0));
  for (auto _ : state) {
    auto image = from.read(from.image->digest, nullptr);
    state.PauseTiming();
    image.reset();
    state.ResumeTiming();
  }
  const auto ratio = [&](std::size_t bytes) {
    return static_cast<double>(bytes) / static_cast<double>(from.json_bytes);
  };
  state.counters["json_mb"] = static_cast<double>(from.json_bytes) / 1e6;
  state.counters["content_of_json"] = ratio(from.content_bytes);
  state.counters["stored_of_json"] = ratio(from.stored_bytes);
}

void write_all(benchmark::State& state) {
  Instance& from = instance(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(need(cache::write(from.snapshot, nullptr, {},
                                               [](std::span<const Part>, base::Duration) { return base::Status(); })));
  }
}

// A commit that changes one entity, from the snapshot that has it to all its parts in the store; `follow` is what another
// instance then does.
template <bool follow>
void one_commit(benchmark::State& state) {
  Instance& from = instance(state.range(0));
  ImagePtr image = from.image;
  ImagePtr followed = from.read(image->digest, nullptr);
  const auto& slots = from.snapshot->slots();
  int round = 0;
  double parts = 0;
  double bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    catalog::Editor editor(image->snapshot);
    const auto slot = static_cast<std::uint32_t>(++round * 7919) % static_cast<std::uint32_t>(from.snapshot->size());
    editor.put(with_owner_of(slots.at(slot)->definition, round));
    const auto next = editor.finish();
    if (!follow) state.ResumeTiming();
    image = from.write(next, image);
    if (follow) state.ResumeTiming();
    if (follow) followed = from.read(image->digest, followed);
    parts += static_cast<double>(from.written_parts);
    bytes += static_cast<double>(from.written_bytes);
  }
  state.counters["parts"] = parts / static_cast<double>(state.iterations());
  state.counters["kb"] = bytes / 1e3 / static_cast<double>(state.iterations());
}

void write_one(benchmark::State& state) { one_commit<false>(state); }
void follow_one(benchmark::State& state) { one_commit<true>(state); }

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond)->UseRealTime()->MeasureProcessCPUTime();
}
BENCHMARK(read_all)->Apply(sizes);
BENCHMARK(write_all)->Apply(sizes);
BENCHMARK(write_one)->Apply(sizes);
BENCHMARK(follow_one)->Apply(sizes);

}  // namespace
}  // namespace aureacore::bench

BENCHMARK_MAIN();
