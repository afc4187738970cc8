// What the index costs over texts like those of a real catalog (about 300 bytes an entity), and what it answers.
#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "search/searcher.h"

namespace aureacore::search {
namespace {

constexpr std::array<std::string_view, 16> nouns{"order",   "payment",  "invoice", "refund",   "basket", "customer",
                                                 "account", "loyalty",  "stock",   "shipment", "route",  "fleet",
                                                 "price",   "discount", "fraud",   "partner"};
constexpr std::array<std::string_view, 8> roles{"service", "gateway", "bridge", "engine",
                                                "keeper",  "relay",   "router", "monitor"};
constexpr std::array<std::string_view, 6> sentences{
    "Callers are expected to retry with jitter and to give up after three attempts.",
    "Nightly runs reconcile it with what the finance systems know.",
    "Two regions hold it, and either one can carry the whole load.",
    "Its errors page the owning team; slowness only opens a ticket.",
    "A full rebuild from its sources takes about forty minutes.",
    "It answers within fifty milliseconds for all but one request in a hundred."};

struct Source {
  std::string name;
  std::string title;
  std::string description;
  std::string owner;
  std::vector<std::string> others;  // annotations

  [[nodiscard]] Document document() const {
    Document document{{Field::owner, owner},    {Field::name, name},
                      {Field::title, title},    {Field::description, description},
                      {Field::tags, "backend"}, {Field::tags, "internal"}};
    for (const std::string& other : others) document.push_back({Field::annotations, other});
    return document;
  }
};

// Three letters of its own, as generated names have.
std::string suffix_of(int number) {
  constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string text;
  for (int rest = number + 36; rest > 0; rest /= 36) text += digits[static_cast<std::size_t>(rest % 36)];
  return text;
}

Source source_of(int number) {
  std::mt19937 random(static_cast<unsigned>(number));
  const auto any = [&](const auto& words) { return words[random() % words.size()]; };
  Source source;
  source.name = fmt::format("{}-{}-{}", any(nouns), any(roles), suffix_of(number));
  source.title = fmt::format("{} of the {} {}", source.name, any(roles), any(nouns));
  source.description =
      fmt::format("The {} {} for the west region. {} {}", any(nouns), any(roles), any(sentences), any(sentences));
  source.owner = fmt::format("{}-team-{}", any(nouns), number % 200);
  source.others = {"github.com/project-slug",  "example/" + source.name,
                   "pagerduty.com/service-id", fmt::format("P{:06X}", random() % 0xFF'FFFF),
                   "example.com/runbook",      "https://runbooks.example.com/component/" + source.name};
  return source;
}

Index index_of(int size) {
  Changes changes;
  for (int i = 0; i < size; ++i) {
    const Source source = source_of(i);
    const Document document = source.document();
    changes.set(static_cast<std::uint32_t>(i), nullptr, &document);
  }
  Index index;
  index.apply(changes);
  return index;
}

void build(benchmark::State& state) {
  const int size = static_cast<int>(state.range(0));
  std::vector<Source> sources;
  for (int i = 0; i < size; ++i) sources.push_back(source_of(i));
  std::size_t bytes = 0;
  for (auto _ : state) {
    Changes changes;
    for (int i = 0; i < size; ++i) {
      const Document document = sources[static_cast<std::size_t>(i)].document();
      changes.set(static_cast<std::uint32_t>(i), nullptr, &document);
    }
    Index index;
    index.apply(changes);
    bytes = index.dictionary().memory();
  }
  state.counters["bytes_per_entity"] = static_cast<double>(bytes) / size;
}
BENCHMARK(build)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void edit_one(benchmark::State& state) {
  const int size = static_cast<int>(state.range(0));
  Index index = index_of(size);
  std::uint32_t number = 0;
  for (auto _ : state) {
    const Source before = source_of(static_cast<int>(number));
    Source after = before;
    after.description = "It has another description now.";
    const Document old = before.document();
    const Document fresh = after.document();
    Changes changes;
    changes.set(number, &old, &fresh);
    Index next = index;
    next.apply(changes);
    benchmark::DoNotOptimize(next.documents());
    number = (number + 7919) % static_cast<std::uint32_t>(size);
  }
}
BENCHMARK(edit_one)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

void find(benchmark::State& state, const char* text) {
  const int size = static_cast<int>(state.range(0));
  const Index index = index_of(size);
  Searcher searcher;
  const Query query = *parse_query(text);
  std::size_t found = 0;
  for (auto _ : state) found = searcher.search(index, query, static_cast<std::size_t>(size), {}).size();
  state.counters["found"] = static_cast<double>(found);
}
#define EACH_SIZE ->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMicrosecond)
BENCHMARK_CAPTURE(find, one_name, "order-service-r7t") EACH_SIZE;
BENCHMARK_CAPTURE(find, two_words, "order service") EACH_SIZE;
BENCHMARK_CAPTURE(find, beginning, "ord") EACH_SIZE;
BENCHMARK_CAPTURE(find, one_letter, "p") EACH_SIZE;
BENCHMARK_CAPTURE(find, in_every_one, "region") EACH_SIZE;
BENCHMARK_CAPTURE(find, typo, "shipmnet") EACH_SIZE;
BENCHMARK_CAPTURE(find, typo_in_two, "shipmnet gatewya") EACH_SIZE;
BENCHMARK_CAPTURE(find, nothing, "zzyzx") EACH_SIZE;
#undef EACH_SIZE

}  // namespace
}  // namespace aureacore::search
