#include "catalog/flatten.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "base/case_folding.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "base/text_arena.h"

namespace aureacore::catalog {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

bool is_skipped(std::string_view path) { return path == "relations" || path == "status" || path == "metadata.etag"; }

}  // namespace

std::uint64_t hash_folded(std::string_view text, std::uint64_t seed) {
  constexpr std::size_t on_stack = 256;
  if (text.size() > on_stack) return base::hash64(base::fold_case(text), seed);
  std::array<char, on_stack>
      folded;  // NOLINT(cppcoreguidelines-pro-type-member-init): written below, as far as it is read
  unsigned char all = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    all |= static_cast<unsigned char>(text[i]);
    folded[i] = base::lower(text[i]);
  }
  if (all >= 0x80) return base::hash64(base::fold_case(text), seed);
  return base::hash64({folded.data(), text.size()}, seed);
}

std::string spelling(const std::vector<Term>& terms, const Term& wanted) {
  const auto hashes = [](const Term& term) { return std::pair(term.path_hash, term.value_hash); };
  const auto at = std::ranges::lower_bound(terms, hashes(wanted), {}, hashes);
  return at != terms.end() && hashes(*at) == hashes(wanted) ? std::string(at->value) : std::string();
}

struct Flattener::State {
  explicit State(std::uint64_t hash_seed) : seed(hash_seed) {}

  void add(std::string_view value) { add_at(path, value); }

  void add_at(std::string_view at, std::string_view value) {
    const std::string_view kept = arena.keep(at);
    terms.push_back({base::hash64(kept, seed), hash_folded(value, seed), kept, arena.keep(value), true});
  }

  void add_bare() {
    const std::string_view kept = arena.keep(path);
    terms.push_back({base::hash64(kept, seed), 0, kept, {}, false});
  }

  // Calls `inner` with the member's name behind the path.
  template <class Inner>
  void within(std::string_view name, const Inner& inner) {
    const std::size_t before = path.size();
    if (before != 0) path.push_back('.');
    base::append_folded(path, name);
    inner();
    path.resize(before);
  }

  void visit(const element& value) {
    switch (value.type()) {
      case element_type::OBJECT:
        for (const auto& [name, member] : simdjson::dom::object(value)) {
          within(name, [&] {
            if (!is_skipped(path)) visit(member);
          });
        }
        break;
      case element_type::ARRAY:
        for (const element item : simdjson::dom::array(value)) visit_item(item);
        break;
      case element_type::STRING:
        add(std::string_view(value));
        break;
      case element_type::BOOL:
        add(bool(value) ? "true" : "false");
        break;
      case element_type::NULL_VALUE:
        add_bare();
        break;
      case element_type::INT64:
      case element_type::UINT64:
      case element_type::DOUBLE:
        add_number(value);
        break;
    }
  }

  void visit_item(const element& item) {
    visit(item);
    if (item.is_string()) terms.back().value_hash ^= item_mark;
  }

  void add_number(const element& value) {
    std::string text;
    base::append_json_number(text, value.get_double().value_unsafe());
    add(text);
  }

  void visit_relations(const element& relations) {
    for (const element relation : simdjson::dom::array(relations)) {
      path = "relations.";
      for (const char c : std::string_view(relation["type"])) path.push_back(base::lower(c));
      add(std::string_view(relation["targetRef"]));
    }
  }

  std::uint64_t seed;
  simdjson::dom::parser parser;
  std::string json;
  std::string path;
  base::TextArena arena;  // the terms point into it
  std::vector<Term> terms;
};

Flattener::Flattener(std::uint64_t seed) : state_(std::make_unique<State>(seed)) {}
Flattener::~Flattener() = default;

const std::vector<Term>& Flattener::terms(const Entity& entity) {
  clear();
  return append(entity);
}

const std::vector<Term>& Flattener::append(const Entity& entity) {
  State& state = *state_;
  const auto before = static_cast<std::ptrdiff_t>(state.terms.size());
  state.json.clear();
  entity.append_json(state.json);
  state.json.reserve(state.json.size() + simdjson::SIMDJSON_PADDING);
  state.path.clear();
  element root;
  // What the definition module rendered parses; numbers beyond a double's range were made null there.
  if (state.parser.parse(state.json.data(), state.json.size(), false).get(root) != simdjson::SUCCESS)
    return state.terms;
  state.visit(root);
  element relations;
  if (root["relations"].get(relations) == simdjson::SUCCESS) state.visit_relations(relations);
  const auto key = [](const Term& term) { return std::tie(term.path_hash, term.value_hash, term.value); };
  std::ranges::sort(state.terms.begin() + before, state.terms.end(), {}, key);
  const auto [first, last] = std::ranges::unique(state.terms.begin() + before, state.terms.end(), {}, key);
  state.terms.erase(first, last);
  return state.terms;
}

void Flattener::clear() {
  state_->terms.clear();
  state_->arena.clear();
}

}  // namespace aureacore::catalog
