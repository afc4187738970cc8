#include "catalog/editor.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <future>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "base/parallel.h"
#include "catalog/term_batch.h"

namespace aureacore::catalog {
namespace {

std::string describe(const entity::Definition& definition) {
  return fmt::format("{} in source {}, line {}", definition.place.file->path, definition.place.file->source,
                     definition.mark.line);
}

// The part of `shared` that this editor may change: a copy made at the first call.
template <class T>
T& own(std::shared_ptr<T>& copy, std::shared_ptr<const T>& shared) {
  if (!copy) {
    copy = std::make_shared<T>(*shared);
    shared = copy;
  }
  return *copy;
}

bool contains(const std::vector<entity::DefinitionPtr>& all, const entity::DefinitionPtr& wanted) {
  return std::ranges::any_of(all, [&](const auto& each) { return same(*each, *wanted); });
}

bool before(const entity::DefinitionPtr& a, const entity::DefinitionPtr& b) { return precedes(*a, *b); }

bool ordered(const Term& a, const Term& b) {
  return std::tie(a.path_hash, a.value_hash, a.value, a.has_value) <
         std::tie(b.path_hash, b.value_hash, b.value, b.has_value);
}

// Visits what the sorted range `all` has and the sorted range `without` has not.
template <class Range, class Less, class Visit>
void for_each_only_in(const Range& all, const Range& without, const Less& less, const Visit& visit) {
  auto other = without.begin();
  for (const auto& item : all) {
    while (other != without.end() && less(*other, item)) ++other;
    if (other == without.end() || less(item, *other)) visit(item);
  }
}

const entity::Relations& relations_of(const entity::Definition* definition) {
  static const entity::Relations none;
  return definition == nullptr ? none : definition->relations;
}

// Texts share nothing with the rest: of many entities they are indexed beside it, on a thread of their own.
std::future<void> apply_texts(TextEdits& edits, search::Index& index) {
  constexpr std::size_t many = 1'000;
  const auto policy = edits.size() < many ? std::launch::deferred : std::launch::async;
  return std::async(policy, [&edits, &index] { edits.apply(index); });
}

}  // namespace

Editor::Editor(const SnapshotPtr& base, std::uint64_t seed)
    : next_(base ? new Snapshot(*base) : new Snapshot(seed)),
      token_(++next_->edit_),
      old_terms_(next_->slots_.seed()),
      new_terms_(next_->slots_.seed()),
      other_terms_(next_->slots_.seed()),
      spelling_([this](std::uint32_t slot, const Term& term) {
        return spelling(other_terms_.terms(*next_->slots_.at(slot)), term);
      }) {}

Editor::Claims& Editor::contested() { return own(own_contested_, next_->contested_); }
Snapshot::DiagnosticsByFile& Editor::diagnostics() { return own(own_diagnostics_, next_->diagnostics_); }
std::vector<SourceState>& Editor::sources() { return own(own_sources_, next_->sources_); }

void Editor::put(entity::DefinitionPtr definition) {
  auto& edit = edits_[definition->key];
  edit.put.push_back(std::move(definition));
}

void Editor::drop(const entity::DefinitionPtr& definition) { edits_[definition->key].dropped.push_back(definition); }

void Editor::replace_entity(const std::string& key, const std::vector<entity::DefinitionPtr>& definitions,
                            std::vector<Problem> problems) {
  const auto held = claims(key);
  for (const auto& definition : held) {
    if (!contains(definitions, definition)) drop(definition);
  }
  for (const auto& definition : definitions) {
    if (!contains(held, definition)) put(definition);
  }
  set_problems(key, std::move(problems));
}

std::vector<entity::DefinitionPtr> Editor::replace_source(const std::string& source, SourceContents contents) {
  std::set<std::pair<std::string_view, entity::Place>> places;
  std::vector<entity::DefinitionPtr> kept;
  for (auto& definition : contents.definitions) {
    places.emplace(definition->key, definition->place);
    const auto held = claims(definition->key);
    const auto at = std::ranges::find_if(held, [&](const auto& each) { return same(*each, *definition); });
    if (at == held.end()) put(definition);
    kept.push_back(at == held.end() ? definition : *at);
  }
  for (const auto& held : next_->definitions_of(source)) {
    if (!places.contains({held->key, held->place})) drop(held);
    const Entity* entity = next_->find(held->key);
    if (entity != nullptr && !entity->problems.empty()) contents.problems.try_emplace(held->key);
  }
  for (auto& [key, problems] : contents.problems) set_problems(key, std::move(problems));
  auto file = next_->diagnostics_->lower_bound({source, {}});
  for (; file != next_->diagnostics_->end() && file->first.first == source; ++file) {
    contents.diagnostics.try_emplace(file->first.second);
  }
  for (auto& [path, diagnostics] : contents.diagnostics) set_diagnostics(source, path, std::move(diagnostics));
  return kept;
}

// What the base has: the winner, and those that lost.
std::vector<entity::DefinitionPtr> Editor::claims(const std::string& key) const {
  std::vector<entity::DefinitionPtr> all;
  if (const Entity* entity = next_->slots_.find(key)) all.push_back(entity->definition);
  if (const auto found = next_->contested_->find(key); found != next_->contested_->end()) {
    all.insert(all.end(), found->second.begin(), found->second.end());
  }
  return all;
}

void Editor::set_problems(const std::string& key, std::vector<Problem> problems) {
  Edit& edit = edits_[key];
  edit.problems = std::move(problems);
  edit.has_problems = true;
}

void Editor::set_diagnostics(const std::string& source, const std::string& path,
                             std::vector<entity::Diagnostic> fresh) {
  const std::pair file(source, path);
  const auto found = next_->diagnostics_->find(file);
  if (found == next_->diagnostics_->end() && fresh.empty()) return;
  if (found != next_->diagnostics_->end()) {
    std::ranges::copy_if(found->second, std::back_inserter(fresh),
                         [](const auto& d) { return d.rule == conflict_rule; });
  }
  if (fresh.empty()) {
    diagnostics().erase(file);
  } else {
    diagnostics()[file] = std::move(fresh);
  }
}

void Editor::set_source(const SourceState& state) {
  auto& all = sources();
  const auto at = std::ranges::lower_bound(all, state.id, {}, &SourceState::id);
  if (at != all.end() && at->id == state.id) {
    *at = state;
  } else {
    all.insert(at, state);
  }
  next_->version_.set({state.id, state.position, state.commit});
}

void Editor::remove_source(const std::string& id) {
  std::erase_if(sources(), [&](const SourceState& state) { return state.id == id; });
  next_->version_.remove(id);
}

SnapshotPtr Editor::finish() {
  // In order of reference: entities that come in order fill their blocks.
  std::vector<Edits::value_type*> ordered_edits;
  ordered_edits.reserve(edits_.size());
  for (auto& entry : edits_) ordered_edits.push_back(&entry);
  std::ranges::sort(ordered_edits, {}, [](const auto* entry) -> const std::string& { return entry->first; });

  for (auto* entry : ordered_edits) resolve(entry->first, entry->second);
  for (auto* entry : ordered_edits) make_room(entry->second);
  for (auto* entry : ordered_edits) note_source(entry->second);
  for (auto* entry : ordered_edits) note_texts(entry->second);
  auto texts_done = apply_texts(texts_, next_->texts_);
  touched_.reset(next_->slots_.blocks());
  for (auto* entry : ordered_edits) replace_edges(entry->second);
  restitch_touched();
  for (auto* entry : ordered_edits) remove_gone(entry->second);
  texts_done.get();
  next_->token_ = next_->version_.token();
  return next_;
}

// Decides which definition serves from now on, and which ones lose.
void Editor::resolve(const std::string& key, Edit& edit) {
  edit.slot = next_->slots_.slot_of(key);
  if (edit.slot != Slots::none) edit.before = next_->slots_.at(edit.slot);
  auto left = claims(key);
  std::erase_if(left, [&](const auto& claim) { return contains(edit.dropped, claim); });
  for (auto& definition : edit.put) {
    if (std::ranges::find(edit.dropped, definition) != edit.dropped.end()) continue;
    std::erase_if(left, [&](const auto& claim) { return claim->place == definition->place; });
    left.push_back(std::move(definition));
  }
  std::ranges::sort(left, before);
  if (!left.empty()) {
    edit.after = left.front();
    left.erase(left.begin());
  }
  const bool changed = !edit.before || edit.before->definition != edit.after;
  const bool problems = edit.has_problems && edit.before && edit.before->problems != edit.problems;
  edit.changed = edit.after && (changed || problems);
  settle_claims(key, edit, std::move(left));
}

void Editor::settle_claims(const std::string& key, const Edit& edit, std::vector<entity::DefinitionPtr> losers) {
  const auto found = next_->contested_->find(key);
  if (found == next_->contested_->end() && losers.empty()) return;
  if (found != next_->contested_->end()) {
    if (edit.before) withdraw_conflict(key, *edit.before->definition->place.file);
    for (const auto& loser : found->second) withdraw_conflict(key, *loser->place.file);
  }
  if (losers.empty()) {
    contested().erase(key);
    return;
  }
  report_conflict(*edit.after, losers);
  contested()[key] = std::move(losers);
}

void Editor::report_conflict(const entity::Definition& winner, const std::vector<entity::DefinitionPtr>& losers) {
  for (const auto& loser : losers) {
    append_conflict(
        *loser,
        fmt::format(
            "expected {} to be defined once; this definition is not served, the one in {} is: remove one of them",
            loser->key, describe(winner)));
    append_conflict(
        winner,
        fmt::format(
            "expected {} to be defined once; this definition is served, the one in {} is not: remove one of them",
            winner.key, describe(*loser)));
  }
}

void Editor::append_conflict(const entity::Definition& definition, std::string message) {
  const entity::SourceFile& file = *definition.place.file;
  entity::Diagnostic diagnostic;
  diagnostic.rule = conflict_rule;
  diagnostic.message = std::move(message);
  diagnostic.path = file.path;
  diagnostic.mark = definition.mark;
  diagnostic.entity = definition.key;
  // Conflicts stand behind all others, in an order that doesn't depend on when they came.
  const auto order = [](const entity::Diagnostic& each) {
    return std::tuple(each.rule == conflict_rule, std::string_view(each.entity), each.mark,
                      std::string_view(each.message));
  };
  auto& of_file = diagnostics()[{file.source, file.path}];
  const auto first = std::ranges::find(of_file, conflict_rule, &entity::Diagnostic::rule);
  const auto at = std::upper_bound(first, of_file.end(), diagnostic,
                                   [&](const auto& a, const auto& b) { return order(a) < order(b); });
  of_file.insert(at, std::move(diagnostic));
}

void Editor::withdraw_conflict(const std::string& key, const entity::SourceFile& file) {
  const auto at = diagnostics().find({file.source, file.path});
  if (at == diagnostics().end()) return;
  std::erase_if(at->second, [&](const auto& d) { return d.rule == conflict_rule && d.entity == key; });
  if (at->second.empty()) diagnostics().erase(at);
}

// A new entity gets a slot, and stands in it by its definition alone until it is stitched.
void Editor::make_room(Edit& edit) {
  if (edit.before || !edit.after) return;
  boost::intrusive_ptr<Entity> provisional(new Entity);
  provisional->definition = edit.after;
  std::vector<Slots::Move> moves;
  edit.slot = next_->slots_.insert(std::move(provisional), moves, token_);
  for (const Slots::Move& move : moves) follow_move(move);
}

// Index and edges still speak of what the base served: move that.
void Editor::follow_move(const Slots::Move& move) {
  const EntityPtr& moved = next_->slots_.at(move.to);
  const auto edit = edits_.find(moved->key());
  if (edit != edits_.end()) edit->second.slot = move.to;
  const EntityPtr indexed = edit == edits_.end() ? moved : edit->second.before;
  if (!indexed) return;
  next_->by_source_.erase(indexed->definition->place.file->source, move.from, token_);
  next_->by_source_.insert(indexed->definition->place.file->source, move.to, token_);
  texts_.leave(move.from, indexed->definition);
  texts_.enter(move.to, indexed->definition);
  for (const Term& term : old_terms_.terms(*indexed)) {
    next_->index_.remove(term, move.from, token_);
    next_->index_.add(term, move.to, spelling_, token_);
  }
  for (const auto& [type, target] : indexed->definition->relations) {
    next_->edges_.remove(target, {move.from, inverse(type)}, token_);
    next_->edges_.add(target, {move.to, inverse(type)}, token_);
  }
}

void Editor::note_source(const Edit& edit) {
  const auto source = [](const entity::Definition& definition) -> const std::string& {
    return definition.place.file->source;
  };
  const bool same_source = edit.before && edit.after && source(*edit.before->definition) == source(*edit.after);
  if (same_source) return;
  if (edit.before) next_->by_source_.erase(source(*edit.before->definition), edit.slot, token_);
  if (edit.after) next_->by_source_.insert(source(*edit.after), edit.slot, token_);
}

// What an entity says of itself; what others say of it is not searched.
void Editor::note_texts(const Edit& edit) {
  if (edit.before && edit.before->definition == edit.after) return;
  if (edit.before) texts_.leave(edit.slot, edit.before->definition);
  if (edit.after) texts_.enter(edit.slot, edit.after);
}

void Editor::replace_edges(Edit& edit) {
  if (edit.changed) touched_.insert(edit.slot);
  const auto& old_relations = relations_of(edit.before ? edit.before->definition.get() : nullptr);
  const auto& new_relations = relations_of(edit.after.get());
  for_each_only_in(old_relations, new_relations, std::less<>(), [&](const entity::RelationView& gone) {
    next_->edges_.remove(gone.target, {edit.slot, inverse(gone.type)}, token_);
    touch(gone.target);
  });
  for_each_only_in(new_relations, old_relations, std::less<>(), [&](const entity::RelationView& come) {
    next_->edges_.add(come.target, {edit.slot, inverse(come.type)}, token_);
    touch(come.target);
  });
}

// A reference without an entity is a dangling one: nothing to do until it comes.
void Editor::touch(std::string_view target) {
  if (const std::uint32_t slot = next_->slots_.slot_of(target); slot != Slots::none) touched_.insert(slot);
}

void Editor::restitch_touched() {
  std::vector<std::uint32_t> come;
  touched_.for_each([&](std::uint32_t slot) {
    if (is_new(slot)) {
      come.push_back(slot);
    } else {
      restitch(slot);
    }
  });
  if (come.size() >= bulk_size) return stitch_bulk(come);
  for (const std::uint32_t slot : come) restitch(slot);
}

bool Editor::is_new(std::uint32_t slot) const {
  const auto found = edits_.find(next_->slots_.at(slot)->key());
  return found != edits_.end() && !found->second.before;
}

// The entity at the slot as it is to be served; null where it is about to go.
EntityPtr Editor::stitched(std::uint32_t slot) const {
  const EntityPtr& current = next_->slots_.at(slot);
  const auto found = edits_.find(current->key());
  const Edit* edit = found == edits_.end() ? nullptr : &found->second;
  if (edit != nullptr && !edit->after) return nullptr;

  std::vector<entity::RelationView> relations;
  for (const Edge& edge : next_->edges_.to(current->key())) {
    relations.push_back({edge.type, next_->slots_.at(edge.slot)->key()});
  }
  const bool has_problems = edit != nullptr && edit->has_problems;
  return stitch(edit == nullptr ? current->definition : edit->after, std::move(relations),
                has_problems ? edit->problems : current->problems);
}

void Editor::restitch(std::uint32_t slot) {
  const EntityPtr fresh = stitched(slot);
  if (!fresh) return;
  const EntityPtr old = is_new(slot) ? nullptr : next_->slots_.at(slot);
  next_->slots_.replace(slot, fresh, token_);
  if (!old || old->etag != fresh->etag) reindex(slot, old.get(), *fresh);
}

// Nothing in the index speaks of these slots yet, so all can stand there before the first is indexed.
void Editor::stitch_bulk(const std::vector<std::uint32_t>& slots) {
  std::vector<EntityPtr> fresh(slots.size());
  base::in_parallel(slots.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) fresh[i] = stitched(slots[i]);
  });
  for (std::size_t i = 0; i < slots.size(); ++i) next_->slots_.replace(slots[i], std::move(fresh[i]), token_);
  index_bulk(slots);
}

// While one batch is added, another thread makes the next.
void Editor::index_bulk(std::span<const std::uint32_t> slots) {
  constexpr std::size_t batch_size = 2048;
  const auto fill_next = [&](TermBatch& batch) {
    const auto next = slots.first(std::min(slots.size(), batch_size));
    slots = slots.subspan(next.size());
    return std::async(std::launch::async, [this, &batch, next] { batch.fill(next, next_->slots_); });
  };
  TermBatch one(next_->slots_.seed());
  TermBatch other(next_->slots_.seed());
  TermBatch* adding = &one;
  TermBatch* filling = &other;
  while (!slots.empty()) {
    auto filled = fill_next(*filling);
    adding->add_to(next_->index_, spelling_, token_);
    filled.get();
    std::swap(adding, filling);
  }
  adding->add_to(next_->index_, spelling_, token_);
}

void Editor::reindex(std::uint32_t slot, const Entity* old, const Entity& fresh) {
  static const std::vector<Term> none;
  const std::vector<Term>& old_terms = old == nullptr ? none : old_terms_.terms(*old);
  const std::vector<Term>& new_terms = new_terms_.terms(fresh);
  for_each_only_in(old_terms, new_terms, ordered, [&](const Term& gone) { next_->index_.remove(gone, slot, token_); });
  for_each_only_in(new_terms, old_terms, ordered,
                   [&](const Term& come) { next_->index_.add(come, slot, spelling_, token_); });
}

void Editor::remove_gone(Edit& edit) {
  if (!edit.before || edit.after) return;
  for (const Term& term : old_terms_.terms(*edit.before)) next_->index_.remove(term, edit.slot, token_);
  next_->slots_.erase(edit.slot, token_);
}

}  // namespace aureacore::catalog
