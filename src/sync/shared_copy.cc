#include "sync/shared_copy.h"

#include <algorithm>
#include <utility>

#include "base/priority.h"
#include "entity/version_order.h"

namespace aureacore::sync {
namespace {

using cache::Announcement;
using cache::Digest;
using State = SharedStatus::State;

// Announcements that wait; more are a gap like any other.
constexpr std::size_t max_announcements = 64;
constexpr std::size_t max_members = 1'000;
constexpr double jitter = 0.3;
// Of the time to live: after so much of it, everything is renewed.
constexpr int renewals = 4;
constexpr base::Duration longest_renewal = std::chrono::minutes(5);

std::vector<std::string> differing(const entity::Version& ours, const entity::Version& theirs) {
  std::vector<std::string> sources;
  for (const auto& component : theirs.components()) {
    const auto* own = ours.find(component.source);
    if (own == nullptr || *own != component) sources.push_back(component.source);
  }
  return sources;
}

bool is_later(const entity::Version& ours, const entity::Version& theirs, const std::string& source) {
  const auto* own = ours.find(source);
  return own != nullptr && own->position > theirs.find(source)->position;
}

// Those of the sources in which ours isn't a later version, by what it says.
std::vector<std::string> rewritten(const entity::Version& ours, const entity::Version& theirs) {
  auto sources = differing(ours, theirs);
  std::erase_if(sources, [&](const std::string& source) { return is_later(ours, theirs, source); });
  return sources;
}

}  // namespace

SharedCopy::SharedCopy(SharedCopyOptions options, Dependencies dependencies)
    : options_(std::move(options)),
      dependencies_(std::move(dependencies)),
      leases_({options_.instance, options_.lease, options_.longest_lease, options_.lease_time}, dependencies_.clock,
              dependencies_.log) {}

SharedCopy::~SharedCopy() { stop(); }

void SharedCopy::start(const std::string& catalog, Sources sources, Listener listener) {
  listener_ = std::move(listener);
  configure(catalog, std::move(sources));
  if (dependencies_.driven) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void SharedCopy::stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  close();
}

void SharedCopy::post(const std::function<void(Inbox&)>& change) {
  {
    const std::scoped_lock lock(mutex_);
    change(inbox_);
  }
  changed_.notify_one();
}

void SharedCopy::configure(const std::string& catalog, Sources sources) {
  post([&](Inbox& inbox) {
    sources_ = std::move(sources);
    if (catalog == std::exchange(configured_, catalog)) return;
    inbox.catalog = catalog;
    // It was of the catalog before.
    inbox.served.reset();
    lender_ = nullptr;
    image_ = nullptr;
  });
}

void SharedCopy::served(catalog::SnapshotPtr snapshot, cache::ImagePtr image) {
  post([&](Inbox& inbox) {
    if (image) {
      ++status_.adopted;
      note_propagation(image->digest);
      status_.digest = image->digest.hex();
    } else if (status_.state == State::in_step) {
      status_.state = State::behind;
    }
    // Whatever was offered was made beside something else.
    inbox.answered = true;
    inbox.served = Served{std::move(snapshot), std::move(image)};
  });
}

void SharedCopy::confirmed(const std::string& source, const std::string& commit, base::SteadyTime started) {
  post([&](Inbox& inbox) {
    checks_[source] = {commit, started};
    inbox.confirmed = true;
  });
}

void SharedCopy::refused(const Offer& offer) {
  dependencies_.log.info("shared catalog not taken", {{"digest", offer.image->digest.hex()}});
  post([&](Inbox& inbox) {
    ++status_.refused;
    inbox.answered = true;
  });
}

void SharedCopy::hear(const std::optional<Announcement>& announcement) {
  post([&](Inbox& inbox) {
    if (!announcement || inbox.announcements.size() == max_announcements) {
      inbox.gap = true;
    } else {
      if (heard_.size() == max_announcements) heard_.pop_front();
      heard_.emplace_back(announcement->next, dependencies_.clock.steady());
      inbox.announcements.push_back(*announcement);
    }
  });
}

// Under the lock: what was announced is about to be served.
void SharedCopy::note_propagation(const Digest& digest) {
  const auto at = std::ranges::find(heard_, digest, &std::pair<Digest, base::SteadyTime>::first);
  if (at == heard_.end()) return;
  if (dependencies_.propagation != nullptr) {
    dependencies_.propagation->record(dependencies_.clock.steady() - at->second, "announcement");
  }
  // Those before it were passed over.
  heard_.erase(heard_.begin(), at + 1);
}

bool SharedCopy::acquire(const std::string& source, const std::string& commit) {
  const bool got = leases_.acquire(source, commit);
  post([&](Inbox& inbox) {
    if (!got) ++status_.deferred;
    inbox.leased = true;
  });
  return got;
}

void SharedCopy::release(const std::string& source) { leases_.release(source); }

void SharedCopy::nothing_new(const std::string& source) {
  leases_.end(source);
  post([](Inbox& inbox) { inbox.leased = true; });
}

std::optional<bool> SharedCopy::claim(const std::string& what, std::uint64_t number, base::Duration duration) const {
  std::shared_ptr<cache::Store> store;
  {
    const std::scoped_lock lock(mutex_);
    store = lender_;
  }
  if (!store) return std::nullopt;
  const std::string owner = options_.instance + ":" + std::to_string(number);
  const auto got = store->acquire(what, owner, duration, in(options_.lease_time));
  return got ? std::optional(*got) : std::nullopt;
}

std::shared_ptr<cache::Store> SharedCopy::store() const {
  const std::scoped_lock lock(mutex_);
  return lender_;
}

SharedStatus SharedCopy::status() const {
  const std::scoped_lock lock(mutex_);
  return status_;
}

void SharedCopy::set_state(State state) {
  const std::scoped_lock lock(mutex_);
  status_.state = state;
}

void SharedCopy::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto before = own_;
    turn(stop);
    heap_.sweep(dependencies_.clock.steady(), own_ != before);
    wait(stop);
  }
}

void SharedCopy::turn(const std::stop_token& stop) {
  take_inbox();
  leases_.look_after();
  if (failures_ > 0 && dependencies_.clock.steady() < due_) return;
  const auto done = step(stop);
  if (stop.stop_requested()) return;
  if (done) {
    note_success();
  } else {
    note_failure(done.error());
  }
}

base::SteadyTime SharedCopy::next() const {
  {
    const std::scoped_lock lock(mutex_);
    if (!inbox_.empty() && failures_ == 0) return base::SteadyTime::min();
  }
  const auto last = leases_.next();
  if (failures_ > 0) return std::min(due_, last);
  return std::min(last, awaiting_ ? beat_ : std::min(due_, beat_));
}

void SharedCopy::wait(const std::stop_token& stop) {
  // A long sleep is cut, so that a clock that is not the system's is looked at again.
  constexpr base::Duration longest = std::chrono::seconds(1);
  const auto due = next();
  const auto now = dependencies_.clock.steady();
  const auto time = due <= now ? base::Duration(0) : std::min<base::Duration>(due - now, longest);
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, time, [this] { return !inbox_.empty(); });
}

void SharedCopy::take_inbox() {
  Inbox inbox;
  {
    const std::scoped_lock lock(mutex_);
    inbox = std::exchange(inbox_, {});
  }
  if (inbox.catalog) {
    close();
    inbox.announcements.clear();
    target_ = nullptr;
    refused_ = false;
    catalog_ = *inbox.catalog;
    const std::scoped_lock lock(mutex_);
    status_.catalog = catalog_;
  }
  if (inbox.served) {
    target_ = std::move(inbox.served->snapshot);
    if (inbox.served->image && store_) {
      own_ = std::move(inbox.served->image);
      basis_ = own_->digest;
    }
  }
  // One that wasn't to begin with won't be a moment later: Git is at work.
  if (inbox.answered && awaiting_ && !target_) refused_ = true;
  if (inbox.answered) passed_over_ = std::exchange(awaiting_, std::nullopt);
  for (const auto& announcement : inbox.announcements) chain_.push_back(announcement);
  if (chain_.size() > max_announcements) {
    chain_.clear();
    look_ = true;
  }
  if (inbox.confirmed) passed_over_.reset();
  // Somebody has published what we could begin with.
  if (!target_ && !inbox.announcements.empty()) due_ = {};
  look_ = look_ || inbox.gap || (inbox.confirmed && seen_);
}

// What is known of one store says nothing about another.
void SharedCopy::close() {
  subscription_.reset();
  {
    const std::scoped_lock lock(mutex_);
    lender_ = nullptr;
    image_ = nullptr;
  }
  leases_.use(nullptr);
  store_ = nullptr;
  own_ = nullptr;
  awaiting_.reset();
  chain_.clear();
  basis_.reset();
  seen_.reset();
  passed_over_.reset();
  disagrees_.reset();
  due_ = {};
}

void SharedCopy::note_success() {
  const std::scoped_lock lock(mutex_);
  if (std::exchange(failures_, 0) > 0) dependencies_.log.info("shared copy answers again");
  status_.last_error.clear();
  status_.last_success = dependencies_.clock.steady();
  if (!own_) return;
  status_.digest = own_->digest.hex();
}

void SharedCopy::note_failure(const base::Error& error) {
  ++failures_;
  due_ = dependencies_.clock.steady() + options_.backoff.delay(failures_, dependencies_.random);
  look_ = true;
  if (failures_ == 1) {
    dependencies_.log.warning("shared copy out of reach, served on without it",
                              {{"code", base::name(error.code)}, {"error", error.message}});
  }
  const std::scoped_lock lock(mutex_);
  ++status_.failures;
  status_.state = State::unreachable;
  status_.last_error = error.message;
}

base::Status SharedCopy::step(const std::stop_token& stop) {
  const auto now = dependencies_.clock.steady();
  auto status = store_ ? base::Status() : open(stop);
  if (now >= due_) refused_ = false;
  if (status && !target_ && !awaiting_ && !refused_ && now >= due_) status = begin();
  if (!std::exchange(begun_, true) && !awaiting_) listener_.nothing();
  if (status && now >= beat_) status = beat();
  if (!status || awaiting_ || !target_) return status;
  if (now >= due_) look_ = true;
  status = write();
  if (status) status = follow();
  if (status && now >= renewal_) status = renew();
  return status;
}

base::Status SharedCopy::open(const std::stop_token& stop) {
  auto store = dependencies_.open(catalog_, stop);
  if (!store) return std::unexpected(store.error());
  store_ = std::make_shared<cache::CountedStore>(
      std::move(*store), dependencies_.clock, traffic_,
      [this](const char* operation, base::Duration took) { calls_.record(took, operation); });
  subscription_ = store_->subscribe([this](const auto& announcement) { hear(announcement); });
  look_ = true;
  leases_.use(store_);
  const std::scoped_lock lock(mutex_);
  if (catalog_ == configured_) lender_ = store_;
  return {};
}

cache::ReadTerms SharedCopy::read_terms(Freshnesses& freshness, Deadline deadline) const {
  Sources sources;
  {
    const std::scoped_lock lock(mutex_);
    sources = sources_;
  }
  const auto complete = [&freshness, sources = std::move(sources), tier = options_.tier](catalog::SourceState& state) {
    state.taken_from = tier;
    const auto own = sources.find(state.id);
    if (own != sources.end()) state.interval = own->second.interval;
    auto fresh = std::make_shared<catalog::Freshness>();
    state.freshness = fresh;
    freshness.insert_or_assign(state.id, std::move(fresh));  // of the last reading, where it took two
  };
  return {complete, options_.seed, deadline};
}

base::Status SharedCopy::begin() {
  put_off();
  const auto head = store_->head(in(options_.call_time));
  if (!head) return std::unexpected(head.error());
  if (!*head) return {};
  const auto offered = offer((*head)->manifest, {}, false);
  // What can't be read is for Git to bring; the reason is in the log.
  if (!offered && offered.error().code == base::Code::unavailable) return offered;
  return {};
}

// The next look at the head, where nothing is heard.
void SharedCopy::put_off() {
  due_ = dependencies_.clock.steady() + resilience::jittered(options_.interval, jitter, dependencies_.random);
}

cache::Sink SharedCopy::sink() {
  return [this](std::span<const cache::Part> parts, base::Duration ttl) {
    return store_->put(parts, ttl, in(options_.bulk_time));
  };
}

cache::WriteTerms SharedCopy::write_terms() const {
  cache::Lifetimes::BySource ttls;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [source, own] : sources_) {
      ttls.emplace(source, std::min(own.ttl.value_or(options_.ttl), options_.longest_ttl));
    }
  }
  return {cache::Lifetimes(std::min(options_.ttl, options_.longest_ttl), std::move(ttls)), options_.compress};
}

// Work on a whole catalog, where something is served in the background. Who takes the turns on a thread of theirs keeps it: the store
// may belong to that.
template <class Work>
auto SharedCopy::apart(const Work& work) {
  if (dependencies_.driven) return work();
  auto outcome = base::apart([&] {
    if (target_) base::lower_priority();
    return work();
  });
  heap_.expect(dependencies_.clock.steady());
  return outcome;
}

base::Status SharedCopy::write() {
  if (own_ && own_->snapshot == target_) return {};
  const auto before = own_;
  const auto work = [&] { return cache::write(target_, before, write_terms(), sink()); };
  auto image = before ? work() : apart(work);
  if (!image) return std::unexpected(image.error());
  own_ = std::move(*image);
  {
    const std::scoped_lock lock(mutex_);
    if (catalog_ == configured_) image_ = own_;
  }
  // Most likely the head is still what ours was made of: to move it tells.
  const auto ours = own_->manifest.version();
  if (before && basis_ == before->digest && !seen_ && before->manifest.version() != ours) {
    return move(basis_, rewritten(ours, before->manifest.version()),
                cache::new_parts(before->manifest, own_->manifest));
  }
  look_ = true;
  return {};
}

base::Result<catalog::SnapshotPtr> SharedCopy::recall(const std::string& token, base::SteadyTime deadline) const {
  std::shared_ptr<cache::Store> store;
  cache::ImagePtr beside;
  {
    const std::scoped_lock lock(mutex_);
    store = lender_;
    beside = image_;
  }
  if (!store) return base::fail(base::Code::unavailable, "the shared copy is out of reach");
  const auto key = cache::version_key(token);
  const auto found = store->get(std::span(&key, 1), deadline);
  if (!found) return std::unexpected(found.error());
  const auto digest = found->front() ? Digest::parse(*found->front()) : std::nullopt;
  if (!digest) return base::fail(base::Code::not_found, "the shared copy doesn't have it");
  Freshnesses unknown;
  const auto image = cache::read(*store, *digest, beside, read_terms(unknown, deadline));
  if (!image) return std::unexpected(image.error());
  if ((*image)->snapshot->token() != token) {
    return base::fail(base::Code::corrupt, "the shared copy has {} in its place", (*image)->snapshot->token());
  }
  return (*image)->snapshot;
}

base::Status SharedCopy::follow() {
  while (!chain_.empty()) {
    const Announcement next = chain_.front();
    chain_.pop_front();
    if (next.next == own_->digest) continue;
    if (next.previous != own_->digest) {
      look_ = true;
      continue;
    }
    if (offer(next.next, next.parts, true)) return {};
    look_ = true;
  }
  return std::exchange(look_, false) ? reconcile() : base::Status();
}

base::Status SharedCopy::reconcile() {
  put_off();
  const auto head = store_->head(in(options_.call_time));
  if (!head) return std::unexpected(head.error());
  if (!*head) return move(std::nullopt, {}, {});
  if ((*head)->manifest == own_->digest) {
    note_in_step();
    return {};
  }
  if (seen_ != (*head)->manifest) {
    seen_ = (*head)->manifest;
    seen_at_ = dependencies_.clock.steady();
  }
  return answer(**head);
}

// What to do about a head that isn't ours.
base::Status SharedCopy::answer(const cache::Head& found) {
  const auto ours = own_->manifest.version();
  if (found.version == ours) {
    note_disagreement(found.manifest);
    leases_.release_fetched(ours);
    return {};
  }
  set_state(State::behind);
  note_divergence(found);
  const auto sources = differing(ours, found.version);
  const auto is_ours_to_say = [&](const std::string& source) {
    return found.manifest == basis_ || confirmed_since(source, seen_at_);
  };
  if (std::ranges::all_of(sources, is_ours_to_say)) {
    return move(found.manifest, rewritten(ours, found.version), {});
  }
  // Whoever waits for what we have fetched is to fetch it, too.
  leases_.release_fetched(ours);
  // Once is enough, until a check has told more.
  if (passed_over_ == found.manifest) return {};
  const bool is_past =
      std::ranges::all_of(sources, [&](const auto& source) { return is_later(ours, found.version, source); });
  if (is_past || !offer(found.manifest, {}, false)) listener_.doubt(sources);
  return {};
}

// What a check has found that isn't what own_ has says nothing for own_: another version is on its way here.
bool SharedCopy::confirmed_since(const std::string& source, base::SteadyTime time) const {
  const auto ours = own_->manifest.version();
  const auto* component = ours.find(source);
  const std::scoped_lock lock(mutex_);
  const auto check = checks_.find(source);
  return component != nullptr && check != checks_.end() && check->second.started > time &&
         check->second.commit == component->commit;
}

void SharedCopy::note_disagreement(const Digest& theirs) {
  set_state(State::disagrees);
  if (disagrees_ == theirs) return;
  disagrees_ = theirs;
  dependencies_.log.warning("another instance makes another catalog of the same commits",
                            {{"ours", own_->digest.hex()}, {"theirs", theirs.hex()}});
  if (dependencies_.conflicts != nullptr) {
    Conflict conflict{.kind = Conflict::Kind::divergent_catalog};
    conflict.ours = {.who = std::string(this_instance), .digest = own_->digest.hex()};
    conflict.theirs = {.who = who_serves(theirs), .digest = theirs.hex()};
    dependencies_.conflicts->open(std::move(conflict));
  }
  const std::scoped_lock lock(mutex_);
  ++status_.disagreements;
}

std::string SharedCopy::who_serves(const Digest& digest) const {
  const std::scoped_lock lock(mutex_);
  const auto member = std::ranges::find(status_.fleet, digest.hex(), &Member::digest);
  return member == status_.fleet.end() ? std::string(the_shared_copy) : member->instance;
}

// What was shared before by ourselves, or by those that we followed, is no one's conflict with us.
void SharedCopy::note_divergence(const cache::Head& found) {
  if (dependencies_.conflicts == nullptr || found.manifest == basis_) return;
  const auto ours = own_->manifest.version();
  // Theirs is no later commit of ours if our remote didn't have it yet, or no longer, when we asked after it was there.
  const auto has_ancestor = [&](const entity::SourceVersion& later, const entity::SourceVersion& /*earlier*/) {
    return later == *ours.find(later.source) || !confirmed_since(later.source, seen_at_);
  };
  for (const auto& source : entity::conflicts(ours, found.version, has_ancestor)) {
    dependencies_.conflicts->open({.kind = Conflict::Kind::divergent_version,
                                   .source = source,
                                   .ours = side(this_instance, *ours.find(source)),
                                   .theirs = side(who_serves(found.manifest), *found.version.find(source))});
  }
}

base::Status SharedCopy::offer(const Digest& digest, std::span<const Digest> parts, bool succeeds) {
  Freshnesses freshness;
  // Git waits for the first answer alone.
  auto terms = read_terms(freshness, in(begun_ ? options_.bulk_time : options_.start_time));
  terms.likely = parts;
  const auto work = [&] { return cache::read(*store_, digest, own_, terms); };
  auto image = own_ ? work() : apart(work);
  if (!image) {
    dependencies_.log.warning("shared catalog not read", {{"digest", digest.hex()}, {"error", image.error().message}});
    return std::unexpected(image.error());
  }
  awaiting_ = digest;
  listener_.offer({std::move(*image), own_ ? own_->snapshot : nullptr, succeeds, std::move(freshness)});
  return {};
}

base::Status SharedCopy::restore_parts() {
  auto digests = own_->manifest.parts();
  digests.push_back(own_->digest);
  const auto terms = write_terms();
  const auto ttls = cache::lifetimes_of(*own_, terms.lifetimes);
  // The longest comes last: it is the head's, too.
  std::map<base::Duration, std::vector<Digest>> by_ttl;
  for (std::size_t i = 0; i < digests.size(); ++i) by_ttl[ttls[i]].push_back(digests[i]);
  std::vector<Digest> missing;
  for (const auto& [ttl, parts] : by_ttl) {
    const auto there = store_->renew(parts, ttl, in(options_.bulk_time));
    if (!there) return std::unexpected(there.error());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!(*there)[i]) missing.push_back(parts[i]);
    }
  }
  if (missing.empty()) return {};
  if (auto written = apart([&] { return cache::write_again(*own_, missing, terms, sink()); }); !written) return written;
  dependencies_.log.info("parts restored", {{"parts", missing.size()}, {"of", digests.size()}});
  const std::scoped_lock lock(mutex_);
  status_.restored += missing.size();
  return {};
}

base::Status SharedCopy::move(const std::optional<Digest>& expected, const std::vector<std::string>& rewritten,
                              std::vector<Digest> parts) {
  if (!expected || expected != basis_) {
    if (auto restored = restore_parts(); !restored) return restored;
  }
  const auto moved = store_->move_head({expected, rewritten, write_terms().lifetimes.longest()},
                                       {own_->digest, own_->manifest.version()}, in(options_.call_time));
  if (!moved) return std::unexpected(moved.error());
  if (moved->outcome != cache::HeadMove::Outcome::moved) {
    look_ = true;
    due_ = dependencies_.clock.steady() + options_.backoff.delay(1, dependencies_.random);
    return {};
  }
  // Others take it without a question only where it was made of what they serve: what we have may be older than that.
  const auto made_of = expected == basis_ ? expected : std::nullopt;
  note_in_step();
  {
    const std::scoped_lock lock(mutex_);
    ++status_.moved;
  }
  if (parts.size() > cache::max_announced_parts) parts.clear();
  return store_->announce({made_of, own_->digest, std::move(parts)}, in(options_.call_time));
}

void SharedCopy::note_in_step() {
  seen_.reset();
  disagrees_.reset();
  basis_ = own_->digest;
  if (sized_ != own_->digest) {
    const std::scoped_lock lock(mutex_);
    sized_ = own_->digest;
    status_.size = cache::size_of(*own_);
  }
  set_state(State::in_step);
  leases_.release_fetched(own_->manifest.version());
  if (dependencies_.conflicts == nullptr) return;
  for (const auto kind : {Conflict::Kind::divergent_version, Conflict::Kind::divergent_catalog}) {
    dependencies_.conflicts->settle_all(kind, own_->manifest.version(), own_->digest.hex());
  }
}

base::Status SharedCopy::beat() {
  const auto now = dependencies_.clock.steady();
  beat_ = now + resilience::jittered(options_.beat, jitter, dependencies_.random);
  Member self{.instance = options_.instance, .release = options_.release, .catalog = catalog_};
  if (target_) {
    self.version = target_->token();
    self.age = std::max<base::Duration>(now - target_->last_check(), base::Duration(0));
    for (const auto& source : target_->sources()) {
      const auto degraded = source.freshness->degraded();
      if (self.degraded.empty()) self.degraded = catalog::name(degraded);
    }
  }
  {
    const std::scoped_lock lock(mutex_);
    self.digest = status_.digest;
    self.state = name(status_.state);
  }
  const auto members = store_->meet(self.instance, member_text(self), options_.presence, in(options_.call_time));
  if (!members) return std::unexpected(members.error());
  std::vector<Member> fleet;
  for (const auto& [instance, text] : *members) {
    if (fleet.size() == max_members) break;
    if (auto member = parse_member(instance, text)) fleet.push_back(*std::move(member));
  }
  const std::scoped_lock lock(mutex_);
  status_.fleet = std::move(fleet);
  return {};
}

base::Status SharedCopy::renew() {
  const auto interval = std::min(write_terms().lifetimes.shortest() / renewals, longest_renewal);
  renewal_ = dependencies_.clock.steady() + resilience::jittered(interval, jitter, dependencies_.random);
  if (auto restored = restore_parts(); !restored) return restored;
  const auto part = cache::version_part(*own_);
  return store_->put(std::span(&part, 1), write_terms().lifetimes.longest(), in(options_.call_time));
}

}  // namespace aureacore::sync
