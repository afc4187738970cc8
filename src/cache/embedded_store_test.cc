#include "cache/embedded_store.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <random>

#include "cache/store_test.h"
#include "cache/testing.h"

namespace aureacore::cache {
namespace {

namespace fs = std::filesystem;

constexpr auto silent = [](std::string_view) {};

// A store in a folder, to be closed and opened again.
class Place {
 public:
  explicit Place(EmbeddedOptions options = {}) : options_(options) { open(); }

  void open() {
    auto opened = EmbeddedStore::open(folder_.path(), clock, log, options_);
    ASSERT_TRUE(opened) << opened.error().message;
    store = *std::move(opened);
  }
  void close() { store.reset(); }
  [[nodiscard]] const fs::path& folder() const { return folder_.path(); }
  [[nodiscard]] fs::path file() const { return folder_.path() / "catalog-1.mdb"; }
  [[nodiscard]] bool was_set_aside() const { return fs::exists(folder_.path() / "catalog-1.mdb.broken"); }

  testing::ShiftedClock clock;
  base::Log log{clock, base::Log::Format::text, silent};
  std::unique_ptr<EmbeddedStore> store;

 private:
  testing::Folder folder_;
  EmbeddedOptions options_;
};

class EmbeddedBackend {
 public:
  [[nodiscard]] Store& store() const { return *place_.store; }
  [[nodiscard]] Store& other() const { return *place_.store; }
  void lapse(base::Duration duration) {
    place_.clock.advance(duration);
    ASSERT_TRUE(place_.store->sweep());
  }
  void garble_head() {
    place_.close();
    {
      auto database = Lmdb::open({.file = place_.file()}, place_.log);
      ASSERT_TRUE(database);
      ASSERT_TRUE((*database)->write(
          [](Lmdb::Transaction& transaction) { return transaction.put(Lmdb::Table::meta, "head", "no head"); }));
    }
    place_.open();
  }

 private:
  Place place_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, StoreTest, EmbeddedBackend);

Store::Deadline soon() { return std::chrono::steady_clock::now() + 1'000h; }

Part part_of(const std::string& bytes) { return {Digest::of(bytes), bytes}; }

// The manifest that says only how many parts there are, named "part <number>".
Part manifest_of(int parts) { return {Digest::of("manifest " + std::to_string(parts)), std::to_string(parts)}; }

Head head_of(int parts) {
  Head head{manifest_of(parts).digest, {}};
  head.version.set({"main", static_cast<std::uint64_t>(parts), "aa"});
  return head;
}

Part numbered(int number) { return part_of("part " + std::to_string(number) + std::string(3'000, 'x')); }

base::Status publish(Store& store, int parts) {
  const auto before = store.head(soon());
  if (!before) return std::unexpected(before.error());
  const Part part = numbered(parts);
  if (auto done = store.put({&part, 1}, 1h, soon()); !done) return done;
  const Part manifest = manifest_of(parts);
  if (auto done = store.put({&manifest, 1}, 1h, soon()); !done) return done;
  const auto expected = *before ? std::optional((*before)->manifest) : std::nullopt;
  const auto moved = store.move_head({expected, {}, 1h}, head_of(parts), soon());
  return moved ? base::Status() : std::unexpected(moved.error());
}

std::vector<std::optional<std::string>> get(Store& store, const Digest& digest) {
  auto found = store.get({&digest, 1}, soon());
  return found ? *std::move(found) : std::vector<std::optional<std::string>>{std::nullopt};
}

// The number of parts of the catalog in the store; fails the test where one of them is missing.
int published(Store& store) {
  const auto head = store.head(soon());
  if (!head || !*head) return 0;
  const auto manifest = get(store, (*head)->manifest).front();
  if (!manifest) {
    ADD_FAILURE() << "expected the head's manifest";
    return 0;
  }
  const int count = std::stoi(*manifest);
  for (int i = 1; i <= count; ++i) EXPECT_NE(get(store, numbered(i).digest).front(), std::nullopt) << i;
  return count;
}

TEST(EmbeddedStore, KeepsWhatItHasFromOneProcessToTheNext) {
  Place place;
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(publish(*place.store, i));
  place.close();
  place.open();
  EXPECT_EQ(published(*place.store), 3);
  EXPECT_FALSE(place.was_set_aside());
}

TEST(EmbeddedStore, DeletesNothingThatRanOutWhileNobodyUsedIt) {
  Place place;
  ASSERT_TRUE(publish(*place.store, 1));
  place.close();
  place.clock.advance(24h);
  place.open();
  ASSERT_TRUE(publish(*place.store, 2));
  EXPECT_EQ(published(*place.store), 2);
  place.clock.advance(1h);
  ASSERT_TRUE(place.store->put({}, 1h, soon()));
  EXPECT_EQ(get(*place.store, numbered(1).digest).front(), std::nullopt) << "nobody renewed it in the meantime";
}

TEST(EmbeddedStore, BelongsToOneProcess) {
  const Place place;
  const auto second = EmbeddedStore::open(place.folder(), place.clock, place.log);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::Code::unavailable);
  EXPECT_NE(second.error().message.find("for this process alone"), std::string::npos) << second.error().message;
}

TEST(EmbeddedStore, GivesUpAtTheDeadline) {
  const Place place;
  const auto past = place.clock.steady();
  const Part part = part_of("one");
  EXPECT_EQ(place.store->put({&part, 1}, 1h, past).error().code, base::Code::timeout);
  EXPECT_EQ(place.store->get({&part.digest, 1}, past).error().code, base::Code::timeout);
  EXPECT_EQ(place.store->head(past).error().code, base::Code::timeout);
}

TEST(EmbeddedStore, DeletesFilesOfOtherFormats) {
  Place place;
  place.close();
  std::ofstream(place.folder() / "catalog-0.mdb") << "x";
  std::ofstream(place.folder() / "other") << "x";
  place.open();
  EXPECT_FALSE(fs::exists(place.folder() / "catalog-0.mdb"));
  EXPECT_TRUE(fs::exists(place.folder() / "other"));
}

TEST(EmbeddedStore, SaysThatItIsFullAndTakesMoreOnceThereIsRoom) {
  Place place({.max_bytes = 8 << 20});
  const Part first = part_of(std::string(4 << 20, 'x'));
  const Part second = part_of(std::string(5 << 20, 'y'));
  ASSERT_TRUE(place.store->put({&first, 1}, 1min, soon()));
  const auto refused = place.store->put({&second, 1}, 1min, soon());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::Code::unavailable);
  EXPECT_NE(get(*place.store, first.digest).front(), std::nullopt);
  place.clock.advance(2min);
  ASSERT_TRUE(place.store->sweep());
  const Part third = part_of(std::string(3 << 20, 'z'));
  EXPECT_TRUE(place.store->put({&third, 1}, 1min, soon()));
}

// A disk that is full, as far as this process is concerned.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit small = before_;
    small.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(EmbeddedStore, OutlivesAFullDisk) {
  const Place place;
  ASSERT_TRUE(publish(*place.store, 1));
  const Part large = part_of(std::string(4 << 20, 'x'));
  {
    const SmallDisk disk(1 << 20);
    const auto refused = place.store->put({&large, 1}, 1h, soon());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::Code::unavailable) << refused.error().message;
    EXPECT_EQ(published(*place.store), 1);
  }
  ASSERT_TRUE(place.store->put({&large, 1}, 1h, soon()));
  ASSERT_TRUE(publish(*place.store, 2));
  EXPECT_EQ(published(*place.store), 2);
}

TEST(EmbeddedStore, SetsAForeignFileAside) {
  Place place;
  place.close();
  std::ofstream(place.file(), std::ios::trunc) << std::string(10'000, 'x');
  place.open();
  EXPECT_TRUE(place.was_set_aside());
  ASSERT_TRUE(publish(*place.store, 1));
  EXPECT_EQ(published(*place.store), 1);
}

TEST(EmbeddedStore, SetsAFileAsideThatWasCutOff) {
  Place place;
  for (int i = 1; i <= 20; ++i) ASSERT_TRUE(publish(*place.store, i));
  place.close();
  fs::resize_file(place.file(), fs::file_size(place.file()) / 2);
  place.open();
  EXPECT_TRUE(place.was_set_aside());
  EXPECT_EQ(published(*place.store), 0);
}

TEST(EmbeddedStore, BeginsAnewAfterAnOpeningThatDidNotEnd) {
  Place place;
  ASSERT_TRUE(publish(*place.store, 1));
  place.close();
  std::ofstream(place.file().string() + ".opening").flush();
  place.open();
  EXPECT_TRUE(place.was_set_aside());
  EXPECT_EQ(published(*place.store), 0);
  place.close();
  place.open();
  ASSERT_TRUE(publish(*place.store, 1));
}

// Runs `work` in a process of its own, which is killed after `life` unless it has ended; zero: it isn't.
void in_child(const std::function<void()>& work, std::chrono::microseconds life = {}) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int number : {SIGSEGV, SIGBUS, SIGABRT}) std::signal(number, SIG_DFL);
    work();
    ::_exit(0);
  }
  if (life.count() > 0) {
    std::this_thread::sleep_for(life);
    ::kill(child, SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
}

TEST(EmbeddedStore, HoldsAWholeCatalogWheneverItsProcessIsKilled) {
  Place place;
  place.close();
  std::mt19937 random(1);
  int before = 0;
  for (int round = 0; round < 15; ++round) {
    // Longer from round to round: on a slow machine the first ones end before anything is published.
    const std::chrono::microseconds life(5'000 + random() % 30'000 + round * 10'000);
    in_child(
        [&] {
          place.open();
          for (int i = before + 1;; ++i) {
            if (!publish(*place.store, i)) return;
          }
        },
        life);
    place.open();
    const int now = published(*place.store);
    EXPECT_TRUE(now >= before || place.was_set_aside()) << now << " after " << before;
    fs::remove(place.file().string() + ".broken");
    before = now;
    place.close();
  }
  EXPECT_GT(before, 0);
}

TEST(EmbeddedStore, WorksAgainWhateverIsInTheFile) {
  std::mt19937 random(2);
  for (int round = 0; round < 12; ++round) {
    Place place;
    for (int i = 1; i <= 10; ++i) ASSERT_TRUE(publish(*place.store, i));
    place.close();
    {
      std::fstream file(place.file(), std::ios::in | std::ios::out | std::ios::binary);
      const auto size = static_cast<unsigned>(fs::file_size(place.file()));
      for (int i = 0; i < 200; ++i) {
        file.seekp(random() % size);
        file.put(static_cast<char>(random()));
      }
    }
    in_child([&] { place.open(); });
    in_child([&] {
      place.open();
      for (int i = 1; i <= 10; ++i) get(*place.store, numbered(i).digest);
    });
    place.open();
    if (!place.store->sweep()) ASSERT_TRUE(place.store->sweep()) << "begun anew by the first";
  }
}

}  // namespace
}  // namespace aureacore::cache
