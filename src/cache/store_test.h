// The one test suite that every Store passes. A store's own test names it with a backend:
//
//   INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, StoreTest, EmbeddedBackend);
//
// A backend is default constructible, begins empty, and has
//   Store& store();               one user's
//   Store& other();               another user's of the same data; may be the same object
//   void lapse(base::Duration);   so much time passes for the store
//   void garble_head();           puts what is no head where the head is
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cache/store.h"

namespace aureacore::cache {

using namespace std::chrono_literals;

// What a subscription brought, to be waited for.
class Notices {
 public:
  Store::Listener listener() {
    return [this](const std::optional<Announcement>& notice) {
      const std::scoped_lock lock(mutex_);
      notices_.push_back(notice);
      changed_.notify_all();
    };
  }
  // The next one; fails the test where none comes.
  std::optional<Announcement> next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, 10s, [this] { return !notices_.empty(); })) {
      ADD_FAILURE() << "expected a notice within ten seconds";
      return std::nullopt;
    }
    auto notice = notices_.front();
    notices_.pop_front();
    return notice;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::optional<Announcement>> notices_;
};

template <class Backend>
class StoreTest : public ::testing::Test {
 protected:
  static constexpr base::Duration hour = 1h;
  static constexpr base::Duration moment = 100ms;

  static Store::Deadline soon() { return std::chrono::steady_clock::now() + 10s; }
  static Part part(const std::string& bytes) { return {Digest::of(bytes), bytes}; }
  static Head head(const std::string& name, std::uint64_t position, std::uint64_t other = 1) {
    Head head;
    head.manifest = Digest::of(name);
    head.version.set({"one", position, "aa" + std::to_string(position)});
    head.version.set({"two", other, "bb" + std::to_string(other)});
    return head;
  }

  Store& store() { return backend_.store(); }
  Store& other() { return backend_.other(); }

  void put(const std::vector<Part>& parts, base::Duration ttl = hour) {
    const auto done = store().put(parts, ttl, soon());
    ASSERT_TRUE(done) << done.error().message;
  }
  std::vector<std::optional<std::string>> get(Store& from, const std::vector<Part>& parts) {
    const auto digests = digests_of(parts);
    auto found = from.get(digests, soon());
    EXPECT_TRUE(found) << found.error().message;
    return found ? *std::move(found) : std::vector<std::optional<std::string>>();
  }
  std::vector<bool> renew(const std::vector<Part>& parts, base::Duration ttl) {
    const auto digests = digests_of(parts);
    auto found = store().renew(digests, ttl, soon());
    EXPECT_TRUE(found) << found.error().message;
    return found ? *std::move(found) : std::vector<bool>();
  }
  static std::vector<Digest> digests_of(const std::vector<Part>& parts) {
    std::vector<Digest> digests;
    for (const Part& part : parts) digests.push_back(part.digest);
    return digests;
  }
  std::optional<Head> head_of(Store& from) {
    auto found = from.head(soon());
    EXPECT_TRUE(found) << found.error().message;
    return found ? *std::move(found) : std::nullopt;
  }
  HeadMove move(Store& in, const std::optional<Head>& from, const Head& to, std::vector<std::string> rewritten = {}) {
    const auto expected = from ? std::optional(from->manifest) : std::nullopt;
    auto moved = in.move_head({expected, rewritten, hour}, to, soon());
    EXPECT_TRUE(moved) << moved.error().message;
    return moved ? *std::move(moved) : HeadMove();
  }
  bool acquire(Store& in, std::string_view owner, base::Duration duration = hour) {
    const auto is_owner = in.acquire("source/one", owner, duration, soon());
    EXPECT_TRUE(is_owner) << is_owner.error().message;
    return is_owner && *is_owner;
  }
  bool renew_lease(Store& in, std::string_view owner, base::Duration duration = hour) {
    const auto is_owner = in.renew_lease("source/one", owner, duration, soon());
    EXPECT_TRUE(is_owner) << is_owner.error().message;
    return is_owner && *is_owner;
  }

  Backend backend_;
};

TYPED_TEST_SUITE_P(StoreTest);

TYPED_TEST_P(StoreTest, GivesWhatWasPut) {
  const std::vector<Part> parts{this->part("one"), this->part(std::string("\0\r\n\xFF", 4)), this->part("")};
  this->put(parts);
  for (Store* store : {&this->store(), &this->other()}) {
    const auto found = this->get(*store, parts);
    ASSERT_EQ(found.size(), parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) EXPECT_EQ(found[i], parts[i].bytes);
  }
}

TYPED_TEST_P(StoreTest, GivesNothingForWhatIsMissing) {
  const auto there = this->part("there");
  const auto missing = this->part("missing");
  this->put({there});
  const auto found = this->get(this->store(), {missing, there, missing, there});
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0], std::nullopt);
  EXPECT_EQ(found[1], "there");
  EXPECT_EQ(found[2], std::nullopt);
  EXPECT_EQ(found[3], "there");
}

TYPED_TEST_P(StoreTest, TakesNothingAtAllAsWell) {
  this->put({});
  EXPECT_TRUE(this->get(this->store(), {}).empty());
  EXPECT_TRUE(this->renew({}, this->hour).empty());
}

TYPED_TEST_P(StoreTest, PutsTheSameAgainWithoutHarm) {
  const auto part = this->part("one");
  this->put({part, part});
  this->put({part});
  EXPECT_EQ(this->get(this->store(), {part}).front(), "one");
}

TYPED_TEST_P(StoreTest, TakesManyAndLargeParts) {
  std::vector<Part> parts;
  for (int i = 0; i < 2'000; ++i) parts.push_back(this->part(std::to_string(i) + std::string(1'000, 'x')));
  parts.push_back(this->part(std::string(20 << 20, 'y')));
  this->put(parts);
  const auto found = this->get(this->other(), parts);
  ASSERT_EQ(found.size(), parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) ASSERT_TRUE(found[i] == parts[i].bytes) << i;
}

TYPED_TEST_P(StoreTest, RefusesAPartThatIsTooLarge) {
  const Part part{Digest::of("large"), std::string(max_value_bytes + 1, 'x')};
  const auto done = this->store().put({&part, 1}, this->hour, this->soon());
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, base::Code::too_large);
  EXPECT_EQ(this->get(this->store(), {part}).front(), std::nullopt);
}

TYPED_TEST_P(StoreTest, LetsGoOfWhatNobodyRenews) {
  const auto kept = this->part("kept");
  const auto left = this->part("left");
  this->put({kept, left}, this->moment);
  EXPECT_EQ(this->renew({kept, this->part("missing")}, this->hour), (std::vector<bool>{true, false}));
  this->backend_.lapse(2 * this->moment);
  const auto found = this->get(this->store(), {kept, left});
  EXPECT_EQ(found[0], "kept");
  EXPECT_EQ(found[1], std::nullopt);
  EXPECT_EQ(this->renew({kept, left}, this->hour), (std::vector<bool>{true, false}));
}

TYPED_TEST_P(StoreTest, BeginsWithoutAHead) { EXPECT_EQ(this->head_of(this->store()), std::nullopt); }

TYPED_TEST_P(StoreTest, MovesTheHeadFromWhatIsExpected) {
  const auto first = this->head("first", 1);
  const auto second = this->head("second", 2);
  EXPECT_EQ(this->move(this->store(), std::nullopt, first).outcome, HeadMove::Outcome::moved);
  EXPECT_EQ(this->head_of(this->other()), first);
  EXPECT_EQ(this->move(this->other(), first, second).outcome, HeadMove::Outcome::moved);
  EXPECT_EQ(this->head_of(this->store()), second);
}

TYPED_TEST_P(StoreTest, RefusesToMoveAnotherHeadThanTheExpected) {
  const auto first = this->head("first", 1);
  const auto second = this->head("second", 2);
  const auto third = this->head("third", 3);
  const auto too_soon = this->move(this->store(), first, second);
  EXPECT_EQ(too_soon.outcome, HeadMove::Outcome::changed);
  EXPECT_EQ(too_soon.found, std::nullopt);
  this->move(this->store(), std::nullopt, first);
  for (const auto& expected : {std::optional<Head>(), std::optional(second)}) {
    const auto refused = this->move(this->store(), expected, third);
    EXPECT_EQ(refused.outcome, HeadMove::Outcome::changed);
    EXPECT_EQ(refused.found, first);
  }
  EXPECT_EQ(this->head_of(this->store()), first);
}

TYPED_TEST_P(StoreTest, RefusesToGoBackInAnyComponent) {
  const auto now = this->head("now", 5, 5);
  this->move(this->store(), std::nullopt, now);
  const auto refused = this->move(this->store(), now, this->head("mixed", 6, 4));
  EXPECT_EQ(refused.outcome, HeadMove::Outcome::behind);
  EXPECT_EQ(refused.found, now);
  auto conflicting = this->head("conflicting", 5, 6);
  conflicting.version.set({"one", 5, "cc"});
  EXPECT_EQ(this->move(this->store(), now, conflicting).outcome, HeadMove::Outcome::behind);
  EXPECT_EQ(this->head_of(this->store()), now);
}

TYPED_TEST_P(StoreTest, GoesBackInARewrittenSource) {
  const auto now = this->head("now", 5, 5);
  this->move(this->store(), std::nullopt, now);
  EXPECT_EQ(this->move(this->store(), now, this->head("one", 4, 4), {"one"}).outcome, HeadMove::Outcome::behind);
  EXPECT_EQ(this->move(this->store(), now, this->head("both", 4, 4), {"one", "two"}).outcome, HeadMove::Outcome::moved);
}

TYPED_TEST_P(StoreTest, LetsSourcesComeAndGo) {
  const auto now = this->head("now", 5, 5);
  this->move(this->store(), std::nullopt, now);
  Head without{Digest::of("without"), {}};
  without.version.set({"two", 5, "bb5"});
  without.version.set({"a source with spaces, and *%[^ signs", 1, "dd"});
  EXPECT_EQ(this->move(this->store(), now, without).outcome, HeadMove::Outcome::moved);
  EXPECT_EQ(this->head_of(this->other()), without);
  EXPECT_EQ(this->move(this->store(), without, without).outcome, HeadMove::Outcome::moved);
}

TYPED_TEST_P(StoreTest, ComparesPositionsAsNumbers) {
  const std::uint64_t large = 9'007'199'254'740'993;  // no double holds it
  const auto now = this->head("now", large, 9);
  this->move(this->store(), std::nullopt, now);
  EXPECT_EQ(this->move(this->store(), now, this->head("back", large - 1, 9)).outcome, HeadMove::Outcome::behind);
  EXPECT_EQ(this->move(this->store(), now, this->head("on", large + 1, 10)).outcome, HeadMove::Outcome::moved);
}

TYPED_TEST_P(StoreTest, ReplacesWhatIsNoHead) {
  this->move(this->store(), std::nullopt, this->head("now", 5));
  this->backend_.garble_head();
  EXPECT_EQ(this->head_of(this->store()), std::nullopt);
  const auto next = this->head("next", 1);
  EXPECT_EQ(this->move(this->store(), std::nullopt, next).outcome, HeadMove::Outcome::moved);
  EXPECT_EQ(this->head_of(this->store()), next);
}

TYPED_TEST_P(StoreTest, LetsOneOfManyMoveTheHead) {
  const auto first = this->head("first", 1);
  this->move(this->store(), std::nullopt, first);
  std::vector<HeadMove::Outcome> outcomes(8);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      threads.emplace_back([&, i] {
        Store& mine = i % 2 == 0 ? this->store() : this->other();
        outcomes[i] = this->move(mine, first, this->head("next" + std::to_string(i), 2)).outcome;
      });
    }
  }
  EXPECT_EQ(std::ranges::count(outcomes, HeadMove::Outcome::moved), 1);
}

TYPED_TEST_P(StoreTest, LeasesToOneOwnerAtATime) {
  EXPECT_TRUE(this->acquire(this->store(), "amy"));
  EXPECT_TRUE(this->acquire(this->store(), "amy"));
  EXPECT_FALSE(this->acquire(this->other(), "ben"));
  EXPECT_TRUE(this->renew_lease(this->store(), "amy"));
  EXPECT_FALSE(this->renew_lease(this->other(), "ben"));
}

TYPED_TEST_P(StoreTest, PassesALeaseOnThatWasReleasedOrRanOut) {
  EXPECT_TRUE(this->acquire(this->store(), "amy"));
  EXPECT_TRUE(this->other().release("source/one", "ben", this->soon()));
  EXPECT_FALSE(this->acquire(this->other(), "ben")) << "released by another than its owner";
  EXPECT_TRUE(this->store().release("source/one", "amy", this->soon()));
  EXPECT_TRUE(this->acquire(this->other(), "ben", this->moment));
  this->backend_.lapse(2 * this->moment);
  EXPECT_FALSE(this->renew_lease(this->other(), "ben")) << "ran out";
  EXPECT_TRUE(this->acquire(this->store(), "amy"));
}

TYPED_TEST_P(StoreTest, KeepsLeasesApart) {
  EXPECT_TRUE(this->acquire(this->store(), "amy"));
  const auto two = this->other().acquire("source/two", "ben", this->hour, this->soon());
  ASSERT_TRUE(two);
  EXPECT_TRUE(*two);
}

TYPED_TEST_P(StoreTest, KnowsWhoIsThere) {
  const auto meet = [&](Store& store, const std::string& member, const std::string& text, base::Duration duration) {
    return store.meet(member, text, duration, this->soon()).value();
  };
  meet(this->store(), "amy", "one", this->hour);
  EXPECT_EQ(meet(this->store(), "amy", "two\nlines", this->hour), (Members{{"amy", "two\nlines"}}));
  EXPECT_EQ(meet(this->other(), "ben", "", this->moment), (Members{{"amy", "two\nlines"}, {"ben", ""}}));
  this->backend_.lapse(2 * this->moment);
  EXPECT_EQ(meet(this->store(), "amy", "three", this->hour), (Members{{"amy", "three"}}));
}

TYPED_TEST_P(StoreTest, BringsAnnouncementsToEverySubscriber) {
  Notices mine;
  Notices theirs;
  const auto my_subscription = this->store().subscribe(mine.listener());
  const auto their_subscription = this->other().subscribe(theirs.listener());
  EXPECT_EQ(mine.next(), std::nullopt) << "the subscription holds from here on";
  EXPECT_EQ(theirs.next(), std::nullopt);
  const Announcement first{std::nullopt, Digest::of("first")};
  const Announcement second{first.next, Digest::of("second")};
  ASSERT_TRUE(this->store().announce(first, this->soon()));
  ASSERT_TRUE(this->other().announce(second, this->soon()));
  for (Notices* notices : {&mine, &theirs}) {
    auto one = notices->next();
    auto other = notices->next();
    if (one != first) std::swap(one, other);  // two announcers: in any order
    EXPECT_EQ(one, first);
    EXPECT_EQ(other, second);
  }
}

TYPED_TEST_P(StoreTest, IsSilentOnceASubscriptionEnds) {
  Notices ended;
  Notices going_on;
  auto subscription = this->store().subscribe(ended.listener());
  const auto other = this->store().subscribe(going_on.listener());
  EXPECT_EQ(ended.next(), std::nullopt);
  EXPECT_EQ(going_on.next(), std::nullopt);
  subscription.reset();
  subscription = this->store().subscribe([&](const auto& notice) { EXPECT_EQ(notice, std::nullopt); });
  subscription.reset();
  ASSERT_TRUE(this->store().announce({std::nullopt, Digest::of("first")}, this->soon()));
  EXPECT_NE(going_on.next(), std::nullopt);
}

REGISTER_TYPED_TEST_SUITE_P(StoreTest, GivesWhatWasPut, GivesNothingForWhatIsMissing, TakesNothingAtAllAsWell,
                            PutsTheSameAgainWithoutHarm, TakesManyAndLargeParts, RefusesAPartThatIsTooLarge,
                            LetsGoOfWhatNobodyRenews, BeginsWithoutAHead, MovesTheHeadFromWhatIsExpected,
                            RefusesToMoveAnotherHeadThanTheExpected, RefusesToGoBackInAnyComponent,
                            GoesBackInARewrittenSource, LetsSourcesComeAndGo, ComparesPositionsAsNumbers,
                            ReplacesWhatIsNoHead, LetsOneOfManyMoveTheHead, LeasesToOneOwnerAtATime,
                            PassesALeaseOnThatWasReleasedOrRanOut, KeepsLeasesApart, KnowsWhoIsThere,
                            BringsAnnouncementsToEverySubscriber, IsSilentOnceASubscriptionEnds);

}  // namespace aureacore::cache
