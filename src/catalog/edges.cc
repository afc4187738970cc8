#include "catalog/edges.h"

#include <algorithm>

#include "base/hash.h"

namespace aureacore::catalog {

std::uint64_t Edges::place(std::string_view target) const {
  // Two targets of one hash are told apart by trying the next seed (about once in 10^7 catalogs of a million entities).
  for (std::uint64_t attempt = 0;; ++attempt) {
    const std::uint64_t hash = base::hash64(target, seed_ + attempt);
    const IncomingPtr* found = by_target_.find(hash);
    if (found == nullptr || (*found)->target == target) return hash;
  }
}

std::span<const Edge> Edges::to(std::string_view target) const {
  const IncomingPtr* found = by_target_.find(place(target));
  return found == nullptr ? std::span<const Edge>{} : std::span<const Edge>((*found)->edges);
}

Edges::Incoming& Edges::writable(std::string_view target, base::EditToken token) {
  const std::uint64_t hash = place(target);
  const IncomingPtr* found = by_target_.find(hash);
  if (found != nullptr && (*found)->token == token) return **found;
  IncomingPtr incoming(found == nullptr ? new Incoming : new Incoming(**found));
  incoming->token = token;
  incoming->target = target;
  Incoming& result = *incoming;
  by_target_.set(hash, std::move(incoming), token);
  return result;
}

void Edges::load(std::span<const Statement> statements, base::EditToken token) {
  std::vector<std::pair<std::uint64_t, const Statement*>> placed;
  placed.reserve(statements.size());
  for (const Statement& statement : statements) {
    placed.emplace_back(base::hash64(statement.target, seed_), &statement);
  }
  std::ranges::sort(placed);  // those of one target stay in their order
  std::vector<base::PersistentMap<IncomingPtr>::Item> items;
  std::vector<const Statement*> others;  // to a target that has the hash of another one
  for (auto begin = placed.begin(); begin != placed.end();) {
    const auto end = std::find_if(begin, placed.end(), [&](const auto& each) { return each.first != begin->first; });
    IncomingPtr incoming(new Incoming);
    incoming->token = token;
    incoming->target = begin->second->target;
    incoming->edges.reserve(static_cast<std::size_t>(end - begin));
    for (auto each = begin; each != end; ++each) {
      if (each->second->target == incoming->target) {
        incoming->edges.push_back(each->second->edge);
      } else {
        others.push_back(each->second);
      }
    }
    items.push_back({begin->first, std::move(incoming)});
    begin = end;
  }
  by_target_ = base::PersistentMap<IncomingPtr>::of(items, token);
  for (const Statement* other : others) add(other->target, other->edge, token);
}

void Edges::add(std::string_view target, Edge edge, base::EditToken token) {
  writable(target, token).edges.push_back(edge);
}

void Edges::remove(std::string_view target, Edge edge, base::EditToken token) {
  Incoming& incoming = writable(target, token);
  const auto at = std::ranges::find(incoming.edges, edge);
  if (at == incoming.edges.end()) return;
  *at = incoming.edges.back();
  incoming.edges.pop_back();
  if (incoming.edges.empty()) by_target_.erase(place(target), token);
}

}  // namespace aureacore::catalog
