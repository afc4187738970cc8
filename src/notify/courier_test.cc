// Couriers: what is sent, tried again, given up, and by whom of several instances.
#include "notify/courier.h"

#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <set>

#include "base/log.h"
#include "catalog/testing.h"
#include "notify/signature.h"

namespace aureacore::notify {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The store of all instances.
class FakeShared {
 public:
  class View final : public Shared {
   public:
    View(FakeShared& of, std::string instance) : of_(of), instance_(std::move(instance)) {}
    bool acquire(const std::string& lease, base::Duration) override {
      const std::scoped_lock lock(of_.mutex_);
      return of_.leases_.try_emplace(lease, instance_).first->second == instance_;
    }
    void release(const std::string& lease) override {
      const std::scoped_lock lock(of_.mutex_);
      if (of_.leases_[lease] == instance_) of_.leases_.erase(lease);
    }
    void settle(const std::string& id) override {
      const std::scoped_lock lock(of_.mutex_);
      of_.settled_.insert(id);
    }
    bool settled(const std::string& id) override {
      const std::scoped_lock lock(of_.mutex_);
      return of_.settled_.contains(id);
    }

   private:
    FakeShared& of_;
    const std::string instance_;
  };

  // As when whoever has it has died.
  void expire() {
    const std::scoped_lock lock(mutex_);
    leases_.clear();
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> leases_;
  std::set<std::string> settled_;
};

class CourierTest : public ::testing::Test {
 protected:
  static CourierOptions quick() {
    CourierOptions options;
    options.standby = options.lease = 1ms;
    options.backoff = {0ms, 1ms, 1ms};
    return options;
  }

  std::unique_ptr<Courier> start(const CourierOptions& options = quick(), Shared* shared = nullptr) {
    auto courier = std::make_unique<Courier>(
        Target{.name = "oncall",
               .url = "https://hooks.example.com/secret",
               .key = "key",
               .filter = feed::Filter::parse(std::vector<std::string>{}, true).value()},
        options,
        Courier::Dependencies{.clock = clock_,
                              .log = log_,
                              .random = [] { return 0.5; },
                              .shared = shared,
                              .send = [this](const Post& post, const std::stop_token&) { return receive(post); },
                              .spool = spool_});
    courier->start();
    return courier;
  }

  // What the receiver does; the test's to change.
  base::Result<int> receive(const Post& post) {
    const std::scoped_lock lock(mutex_);
    posts_.push_back(post);
    if (answers_.empty()) return 200;
    auto answer = std::move(answers_.front());
    answers_.erase(answers_.begin());
    return answer;
  }

  // The version behind the last one, with one more entity.
  std::shared_ptr<const feed::Publication> next(entity::Criticality criticality = entity::Criticality::critical) {
    ++position_;
    catalog::Editor editor(version_);
    boost::intrusive_ptr<entity::Definition> definition(new entity::Definition(*catalog::testing::define(
        {.name = fmt::format("s{}", position_), .path = fmt::format("s{}.yaml", position_)})));
    definition->criticality = criticality;
    editor.put(definition);
    editor.set_source(catalog::testing::source_state("main", position_));
    const auto before = std::exchange(version_, editor.finish());
    return before ? feed::compare(*before, *version_, 100) : nullptr;
  }

  static void wait_for(const Courier& courier, const std::function<bool(const CourierStatus&)>& holds) {
    while (!holds(courier.status())) std::this_thread::yield();
  }
  static std::function<bool(const CourierStatus&)> has_delivered(std::uint64_t count) {
    return [count](const CourierStatus& status) { return status.delivered == count; };
  }
  std::vector<std::string> versions() {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> all;
    for (const Post& post : posts_) {
      const auto at = post.body.find("\"version\":\"") + 11;
      all.push_back(post.body.substr(at, post.body.find('"', at) - at));
    }
    return all;
  }
  Post first_post() {
    const std::scoped_lock lock(mutex_);
    return posts_.front();
  }

  base::SystemClock clock_;
  base::Log log_{clock_, base::Log::Format::text, [](std::string_view) {}};
  std::filesystem::path spool_;
  catalog::SnapshotPtr version_;
  std::uint64_t position_ = 0;
  std::mutex mutex_;
  std::vector<Post> posts_;                 // guarded by mutex_
  std::vector<base::Result<int>> answers_;  // guarded by mutex_
};

TEST_F(CourierTest, SendsASignedMessageOfWhatConcernsItsTarget) {
  next();
  const auto courier = start();
  courier->take(*next(entity::Criticality::normal));
  const auto publication = next();
  courier->take(*publication);
  wait_for(*courier, has_delivered(1));
  const Post post = first_post();
  EXPECT_EQ(post.url, "https://hooks.example.com/secret");
  EXPECT_FALSE(post.allow_private);
  EXPECT_THAT(post.body, HasSubstr(R"({"type":"catalog.changed","timestamp":"2)"));
  EXPECT_THAT(post.body, HasSubstr(R"("entityRef":"component:default/s3","change":"added","criticality":"critical")"));
  std::map<std::string, std::string> headers;
  for (const std::string& header : post.headers)
    headers[header.substr(0, header.find(':'))] = header.substr(header.find(' ') + 1);
  EXPECT_EQ(headers["webhook-signature"],
            sign("key", headers["webhook-id"], std::stoll(headers["webhook-timestamp"]), post.body));
  const CourierStatus status = courier->status();
  EXPECT_EQ(status.origin, "https://hooks.example.com");
  EXPECT_EQ(status.last_delivered, publication->token);
  EXPECT_EQ(versions(), std::vector{publication->token});
}

TEST_F(CourierTest, TriesAgainAndKeepsTheOrder) {
  next();
  answers_ = {500, 302, base::fail(base::Code::timeout, "too slow"), 429, 202};
  const auto courier = start();
  const std::string first = (courier->take(*next()), version_->token());
  const std::string second = (courier->take(*next()), version_->token());
  wait_for(*courier, has_delivered(2));
  EXPECT_THAT(versions(), ElementsAre(first, first, first, first, first, second));
  EXPECT_EQ(courier->status().failures, 4U);
  EXPECT_EQ(courier->status().last_error, "");
  std::set<std::string> ids;
  for (const Post& post : posts_) ids.insert(post.headers[2]);
  EXPECT_EQ(ids.size(), 2U) << "the id stays the same";
}

TEST_F(CourierTest, GivesUpAndSaysSo) {
  next();
  CourierOptions options = quick();
  options.attempts = 3;
  options.dead_letters = 2;
  answers_ = {500, 500, 500, base::fail(base::Code::denied, "not public"), 410, 200};
  const auto courier = start(options);
  std::vector<std::string> tokens;
  for (int i = 0; i < 4; ++i) {
    courier->take(*next());
    tokens.push_back(version_->token());
  }
  wait_for(*courier, has_delivered(1));
  const CourierStatus status = courier->status();
  EXPECT_EQ(status.dead, 3U);
  ASSERT_EQ(status.dead_letters.size(), 2U) << "of which the newest are listed";
  EXPECT_EQ(status.dead_letters[0].error, "not public");
  EXPECT_EQ(status.dead_letters[0].attempts, 1U);
  EXPECT_EQ(status.dead_letters[1].version, tokens[2]);
  EXPECT_EQ(status.last_delivered, tokens[3]);
}

TEST_F(CourierTest, HoldsSoManyAndNoMore) {
  next();
  CourierOptions options = quick();
  options.waiting = 2;
  options.backoff = {1h, 1h, 1h};
  answers_.assign(10, 500);
  const auto courier = start(options);
  for (int i = 0; i < 5; ++i) courier->take(*next());
  wait_for(*courier, [](const CourierStatus& status) { return status.dead == 3; });
  EXPECT_THAT(courier->status().dead_letters[0].error, HasSubstr("too many"));
}

TEST_F(CourierTest, OneOfAllSendsAndAnotherTakesOver) {
  next();
  FakeShared shared;
  FakeShared::View here(shared, "a");
  FakeShared::View there(shared, "b");
  const auto first = start(quick(), &here);
  first->take(*next());
  wait_for(*first, has_delivered(1));
  const auto second = start(quick(), &there);
  const auto both = next();
  first->take(*both);
  second->take(*both);
  wait_for(*first, has_delivered(2));
  wait_for(*second, [](const CourierStatus& status) { return status.settled_elsewhere == 1; });
  EXPECT_EQ(versions().size(), 2U);
  // The first one dies with a message that it has not delivered.
  first->stop();
  shared.expire();
  const auto last = next();
  second->take(*last);
  wait_for(*second, has_delivered(1));
  EXPECT_EQ(versions().back(), last->token);
  EXPECT_TRUE(second->status().sends);
}

// Instances may skip each other's versions: whoever has told of a later one has told of the earlier ones.
TEST_F(CourierTest, WhatComesBeforeASettledMessageIsSettled) {
  next();
  FakeShared shared;
  FakeShared::View here(shared, "a");
  FakeShared::View there(shared, "b");
  const auto before = version_;
  const auto one = next();
  const auto two = next();
  const auto skipping = feed::compare(*before, *version_, 100);
  const auto first = start(quick(), &here);
  first->take(*skipping);
  wait_for(*first, has_delivered(1));
  const auto second = start(quick(), &there);
  second->take(*one);
  second->take(*two);
  wait_for(*second, [](const CourierStatus& status) { return status.settled_elsewhere == 2; });
  EXPECT_EQ(versions(), std::vector{two->token});
}

// Whoever was told of what came between must hear that it is over.
TEST_F(CourierTest, TellsOfAVersionThatComesBack) {
  next();
  FakeShared shared;
  FakeShared::View here(shared, "a");
  FakeShared::View there(shared, "b");
  const auto first = start(quick(), &here);
  const auto second = start(quick(), &there);
  const auto one = next();
  const auto other = next();
  for (const auto* publication : {&one, &other, &one}) {
    first->take(**publication);
    second->take(**publication);
  }
  while (first->status().delivered + second->status().delivered < 3) std::this_thread::yield();
  wait_for(*first, [](const CourierStatus& status) { return status.waiting == 0; });
  wait_for(*second, [](const CourierStatus& status) { return status.waiting == 0; });
  EXPECT_EQ(versions(), (std::vector{one->token, other->token, one->token}));
}

class SpooledCourierTest : public CourierTest {
 protected:
  SpooledCourierTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "aureacore-spool-XXXXXX").string();
    spool_ = ::mkdtemp(pattern.data());
  }
  ~SpooledCourierTest() override { std::filesystem::remove_all(spool_); }
};

TEST_F(SpooledCourierTest, WhatWaitsOutlivesTheProcess) {
  next();
  CourierOptions options = quick();
  options.backoff = {1h, 1h, 1h};
  answers_ = {500};
  auto courier = start(options);
  std::vector<std::string> tokens;
  for (int i = 0; i < 12; ++i) {
    courier->take(*next());
    tokens.push_back(version_->token());
  }
  wait_for(*courier, [](const CourierStatus& status) { return status.failures == 1; });
  courier.reset();
  courier = start();
  wait_for(*courier, has_delivered(12));
  tokens.insert(tokens.begin(), tokens.front());
  EXPECT_EQ(versions(), tokens);
  courier.reset();
  EXPECT_TRUE(std::filesystem::is_empty(spool_));
}

TEST_F(SpooledCourierTest, HalfAMessageIsNone) {
  Spool spool(spool_);
  Message message{.id = "msg_1", .version = "v", .body = "{\n}"};
  ASSERT_TRUE(spool.keep(message));
  for (const char* name : {"00000000000000000002.part", "x.message", "00000000000000000003.message"}) {
    std::ofstream(spool_ / name) << "msg_2";
  }
  Spool again(spool_);
  const auto found = again.load();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].id, "msg_1");
  EXPECT_EQ(found[0].body, "{\n}");
  again.forget(found[0]);
  EXPECT_TRUE(std::filesystem::is_empty(spool_));
}

TEST(NotifyMessage, HasOneIdForATargetAndAVersion) {
  const feed::Publication publication{.previous = "v1-1-x", .token = "v1-2-y", .too_large = true};
  const auto message = make_message(publication, {}, "oncall", {});
  ASSERT_TRUE(message);
  EXPECT_EQ(
      message->body,
      R"({"type":"catalog.reset","timestamp":"1970-01-01T00:00:00Z","data":{"version":"v1-2-y","previous":"v1-1-x"}})");
  EXPECT_EQ(message->id,
            make_message({.previous = "v1-0-x", .token = "v1-2-y", .too_large = true}, {}, "oncall", {})->id);
  EXPECT_NE(message->id, make_message(publication, {}, "other", {})->id);
  EXPECT_FALSE(make_message({.previous = "v1-1-x", .token = "v1-2-y"}, {}, "oncall", {}));
}

}  // namespace
}  // namespace aureacore::notify
