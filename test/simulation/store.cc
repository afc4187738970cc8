#include "store.h"

#include <algorithm>

#include "cache/envelope.h"
#include "cache/manifest.h"

namespace aureacore::simulation {
namespace {

constexpr Duration replication = 400ms;

}  // namespace

// What a failover has lost is what came after the replica's last word.
void SharedStore::replicate() {
  if (world_.now() - replicated_ < replication) return;
  replicated_ = world_.now();
  replica_ = now_;
}

std::vector<std::optional<std::string>> SharedStore::get(std::span<const cache::Digest> digests) {
  std::vector<std::optional<std::string>> found;
  for (const auto& digest : digests) {
    const auto at = now_.parts.find(digest);
    if (at == now_.parts.end()) {
      found.emplace_back();
    } else if (world_.chance(0.01)) {
      world_.count("store: garbled part");
      found.emplace_back(*at->second);
      (*found.back())[world_.below(found.back()->size())] ^= 1;
    } else {
      found.emplace_back(*at->second);
    }
  }
  return found;
}

void SharedStore::put(std::span<const cache::Part> parts) {
  replicate();
  for (const auto& [digest, bytes] : parts) {
    now_.parts[digest] = std::make_shared<const std::string>(bytes);
    written_.insert(digest);
  }
}

std::vector<bool> SharedStore::renew(std::span<const cache::Digest> digests) {
  std::vector<bool> there;
  for (const auto& digest : digests) there.push_back(now_.parts.contains(digest));
  return there;
}

cache::HeadMove SharedStore::move_head(const cache::MoveTerms& terms, const cache::Head& next) {
  using Outcome = cache::HeadMove::Outcome;
  replicate();
  const auto found = now_.head;
  const bool is_expected = found ? terms.expected == found->manifest : !terms.expected;
  if (!is_expected) {
    world_.count("head: changed meanwhile");
    return {Outcome::changed, found};
  }
  if (found && !cache::goes_back(found->version, next.version, terms.rewritten).empty()) {
    world_.count("head: refused to go back");
    return {Outcome::behind, found};
  }
  if (!terms.rewritten.empty()) world_.count("head: moved against the order");
  now_.head = next;
  heads_.insert(next.manifest);
  check_complete(next.manifest);
  world_.note(fmt::format("head {}", next.manifest.hex().substr(0, 8)));
  return {Outcome::moved, found};
}

// Whoever finds the head finds what it names, unless the store has lost it: it was written before.
void SharedStore::check_complete(const cache::Digest& manifest) {
  const auto at = now_.parts.find(manifest);
  if (!written_.contains(manifest)) world_.violate("the head names a manifest that was never written");
  if (at == now_.parts.end()) return;
  const auto content = cache::unseal(manifest, *at->second);
  const auto decoded = content ? cache::decode_manifest(*content) : cache::decode_manifest("");
  if (!decoded) return world_.violate("the head names a manifest that can't be read");
  for (const auto& part : decoded->parts()) {
    if (!written_.contains(part)) world_.violate("the head names a part that was never written");
  }
}

bool SharedStore::acquire(const std::string& lease, const std::string& owner, Duration duration) {
  auto& held = now_.leases[lease];
  if (held.until > world_.now() && held.owner != owner) {
    world_.count("lease: another's");
    return false;
  }
  if (!held.owner.empty() && held.owner != owner) world_.count("lease: ran out, taken over");
  held = {owner, world_.now() + duration};
  return true;
}

bool SharedStore::renew_lease(const std::string& lease, const std::string& owner, Duration duration) {
  const auto held = now_.leases.find(lease);
  if (held == now_.leases.end() || held->second.owner != owner || held->second.until <= world_.now()) return false;
  held->second.until = world_.now() + duration;
  return true;
}

void SharedStore::release(const std::string& lease, const std::string& owner) {
  const auto held = now_.leases.find(lease);
  if (held != now_.leases.end() && held->second.owner == owner) now_.leases.erase(held);
}

cache::Members SharedStore::meet(const std::string& member, const std::string& text, Duration duration) {
  now_.members[member] = {text, world_.now() + duration};
  cache::Members all;
  for (const auto& [name, said] : now_.members) {
    if (said.second > world_.now()) all[name] = said.first;
  }
  return all;
}

std::uint64_t SharedStore::subscribe(Deliver deliver) {
  const auto number = ++subscriptions_;
  listeners_[number] = std::move(deliver);
  send(number, std::nullopt);
  return number;
}

void SharedStore::send(std::uint64_t number, const std::optional<cache::Announcement>& announcement) {
  world_.in(world_.between(1ms, 40ms), [this, number, announcement] { deliver_to(number, announcement); });
}

void SharedStore::deliver_to(std::uint64_t number, const std::optional<cache::Announcement>& announcement) {
  const auto listener = listeners_.find(number);
  if (listener != listeners_.end()) listener->second(announcement);
}

void SharedStore::announce(const cache::Announcement& announcement) {
  if (!heads_.contains(announcement.next)) world_.violate("announced what was never the head");
  for (const auto& [number, listener] : listeners_) {
    if (deaf_ || world_.chance(0.1)) {
      world_.count("announcement: lost");
      continue;
    }
    send(number, announcement);
    if (world_.chance(0.1)) {
      world_.count("announcement: doubled");
      send(number, announcement);
    }
    if (world_.chance(0.1)) {
      world_.count("announcement: late");
      world_.in(world_.between(1s, 8s), [this, to = number, announcement] { deliver_to(to, announcement); });
    }
  }
}

void SharedStore::tell_all_of_a_gap() {
  for (const auto& [number, listener] : listeners_) {
    if (!deaf_ && world_.chance(0.7)) send(number, std::nullopt);
  }
}

void SharedStore::restore_dump() {
  world_.count("fault: old dump restored");
  now_ = dump_;
  tell_all_of_a_gap();
}

void SharedStore::fail_over() {
  if (replica_.head != now_.head) world_.count("fault: failover that lost a head");
  world_.count("fault: failover");
  now_ = replica_;
  tell_all_of_a_gap();
}

void SharedStore::flush() {
  world_.count("fault: flush");
  now_ = {};
  tell_all_of_a_gap();
}

void SharedStore::evict() {
  world_.count("fault: parts evicted");
  if (world_.chance(0.2)) now_.head.reset();
  std::erase_if(now_.parts, [this](const auto&) { return world_.chance(0.3); });
}

}  // namespace aureacore::simulation
