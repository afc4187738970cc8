// Snapshots as parts and back: what is read is what was written, in every answer; by whatever way an instance came to it.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "cache/counted_store.h"
#include "cache/embedded_store.h"
#include "cache/envelope.h"
#include "cache/reader.h"
#include "cache/shard.h"
#include "cache/source_part.h"
#include "cache/testing.h"
#include "cache/writer.h"
#include "catalog/difference.h"
#include "catalog/editor.h"
#include "catalog/load.h"
#include "catalog/testing.h"

namespace aureacore::cache {
namespace {

using catalog::testing::define;
using catalog::testing::transcript;
using namespace std::chrono_literals;

// A store that counts what it is asked and can lose things.
class Shelf {
 public:
  Shelf() {
    auto opened = EmbeddedStore::open(folder_.path(), clock_, log_);
    if (!opened) return;
    store_ = std::make_unique<CountedStore>(*std::move(opened), clock_, traffic_,
                                            [this](const char*, base::Duration) { ++calls_; });
  }

  Store& store() { return *store_; }
  Store::Deadline soon() const { return clock_.steady() + 1h; }

  ImagePtr write(const catalog::SnapshotPtr& snapshot, const ImagePtr& before) {
    written_.clear();
    bytes_ = 0;
    const auto image =
        cache::write(snapshot, before, write_terms, [&](std::span<const Part> parts, base::Duration ttl) {
          for (const Part& part : parts) {
            written_.push_back(part.digest);
            bytes_ += part.bytes.size();
            ttls_[part.digest] = ttl;
          }
          return store_->put(parts, ttl, soon());
        });
    EXPECT_TRUE(image) << image.error().message;
    EXPECT_EQ(std::erase(written_, version_key(snapshot->token())), 1U);
    return image ? *image : nullptr;
  }
  base::Result<ImagePtr> try_read(const Digest& digest, const ImagePtr& before = nullptr,
                                  std::span<const Digest> likely = {}) {
    const ReadTerms terms{.complete =
                              [](catalog::SourceState& state) {
                                state.interval = 1min;
                                state.freshness = std::make_shared<catalog::Freshness>();
                              },
                          .seed = 77,
                          .deadline = soon(),
                          .likely = likely};
    calls_ = 0;
    return cache::read(*store_, digest, before, terms);
  }
  ImagePtr read(const Digest& digest, const ImagePtr& before = nullptr) {
    auto image = try_read(digest, before);
    EXPECT_TRUE(image) << image.error().message;
    return image ? *image : nullptr;
  }
  // Of the store, by the last reading.
  [[nodiscard]] int calls() const { return calls_; }
  // By the last write(), in that order, but for what names the manifest by the version's token.
  [[nodiscard]] const std::vector<Digest>& written() const { return written_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] base::Duration ttl(const Digest& digest) const { return ttls_.at(digest); }

  WriteTerms write_terms{};

 private:
  testing::Folder folder_;
  testing::ShiftedClock clock_;
  base::Log log_{clock_, base::Log::Format::text, [](std::string_view) {}};
  Traffic traffic_;
  int calls_ = 0;
  std::unique_ptr<Store> store_;
  std::vector<Digest> written_;
  std::size_t bytes_ = 0;
  std::map<Digest, base::Duration> ttls_;
};

base::Status drop(std::span<const Part> /*parts*/, base::Duration /*ttl*/) { return {}; }

Digest digest_of(const catalog::SnapshotPtr& snapshot) {
  const auto image = cache::write(snapshot, nullptr, {}, drop);
  EXPECT_TRUE(image) << image.error().message;
  return image ? (*image)->digest : Digest();
}

// A catalog with a history: what stands where, and what the editor made of it.
class History {
 public:
  explicit History(std::uint32_t seed, int size) : size_(size), random_(seed) {}

  void step(int most_edits) {
    catalog::Editor editor(snapshot, 5);
    for (int i = 1 + pick(most_edits); i > 0; --i) edit(editor);
    for (const char* source : {"main", "other"}) {
      if (pick(2) != 0) continue;
      auto state = catalog::testing::source_state(source, ++position_);
      state.subject = "commit " + std::to_string(position_);
      state.url = "https://git.example/" + std::string(source);
      state.time = -static_cast<std::int64_t>(position_);
      editor.set_source(state);
      const auto path = "p" + std::to_string(pick(5));
      std::vector<entity::Diagnostic> diagnostics(static_cast<std::size_t>(pick(3)));
      for (auto& each : diagnostics) {
        each = {.rule = "field", .message = "no. " + std::to_string(pick(9)), .path = path, .mark = {3, 4}};
      }
      editor.set_diagnostics(source, path, diagnostics);
    }
    snapshot = editor.finish();
  }

  // The same catalog, made from nothing.
  [[nodiscard]] catalog::SnapshotPtr rebuilt() const {
    catalog::Editor editor(nullptr, 6);
    for (const auto& [place, definition] : standing_) editor.put(definition);
    for (const auto& state : snapshot->sources()) editor.set_source(state);
    for (const auto& [file, diagnostics] : snapshot->diagnostics()) {
      auto kept = diagnostics;
      std::erase_if(kept, [](const auto& each) { return each.rule == catalog::conflict_rule; });
      editor.set_diagnostics(file.first, file.second, kept);
    }
    for (const auto& [key, problems] : problems_) editor.set_problems(key, problems);
    return editor.finish();
  }

  catalog::SnapshotPtr snapshot;

 private:
  using At = std::tuple<std::string, std::string, int>;

  int pick(int below) { return static_cast<int>(random_() % static_cast<std::uint32_t>(below)); }
  std::string name() { return "N" + std::to_string(pick(2 * size_)); }

  void edit(catalog::Editor& editor) {
    const At at{pick(3) == 0 ? "other" : "main", "p" + std::to_string(pick(size_)), pick(2)};
    if (const auto found = standing_.find(at); found != standing_.end()) {
      editor.drop(found->second);
      forget_problems(editor, found->second->key);
      standing_.erase(found);
      if (pick(2) == 0) return;
    }
    catalog::testing::Sketch sketch{
        .kind = pick(4) == 0 ? "Group" : "Component", .name = name(), .tag = pick(2) == 0 ? "Java" : "java"};
    if (pick(6) == 0) sketch.tag = R"(quo\"ted \u00fc)";
    if (pick(3) != 0) sketch.owner = "group:default/n" + std::to_string(pick(2 * size_));
    for (int i = pick(4); i > 0; --i) {
      sketch.depends_on.push_back("component:default/n" + std::to_string(pick(2 * size_)));
    }
    std::tie(sketch.source, sketch.path, std::ignore) = at;
    sketch.document = static_cast<std::uint32_t>(std::get<int>(at));
    sketch.orphan = pick(8) == 0;
    const auto definition = define(sketch);
    forget_problems(editor, definition->key);
    editor.put(definition);
    standing_[at] = definition;
    if (pick(8) != 0) return;
    problems_[definition->key] = {{"aureacore.io/last-good-version", "no. " + std::to_string(pick(9))}};
    editor.set_problems(definition->key, problems_[definition->key]);
  }

  void forget_problems(catalog::Editor& editor, const std::string& key) {
    problems_.erase(key);
    editor.set_problems(key, {});
  }

  int size_;
  std::mt19937 random_;
  std::uint64_t position_ = 0;
  std::map<At, entity::DefinitionPtr> standing_;
  std::map<std::string, std::vector<catalog::Problem>> problems_;
};

// One instance writes, another follows, a third starts anew each time and goes on editing.
TEST(Parts, GiveEveryInstanceTheSameCatalog) {
  for (std::uint32_t seed = 0; seed < 3; ++seed) {
    Shelf shelf;
    History history(seed, 20 << (2 * seed));
    ImagePtr written;
    ImagePtr followed;
    for (int i = 0; i < 6; ++i) {
      history.step(i == 0 ? 500 : i * i * 3);
      written = shelf.write(history.snapshot, written);
      ASSERT_TRUE(written);
      const std::string expected = transcript(*history.snapshot);
      followed = shelf.read(written->digest, followed);
      const auto fresh = shelf.read(written->digest);
      ASSERT_TRUE(followed && fresh);
      ASSERT_EQ(transcript(*followed->snapshot), expected) << "seed " << seed << " step " << i;
      ASSERT_EQ(transcript(*fresh->snapshot), expected) << "seed " << seed << " step " << i;
      const auto rebuilt = history.rebuilt();
      ASSERT_EQ(transcript(*rebuilt), expected) << "seed " << seed << " step " << i;
      ASSERT_EQ(digest_of(rebuilt), written->digest) << "seed " << seed << " step " << i;
      ASSERT_EQ(digest_of(followed->snapshot), written->digest);
      ASSERT_EQ(digest_of(fresh->snapshot), written->digest);
      history.snapshot = (i % 2 == 0 ? fresh : followed)->snapshot;
      written = i % 2 == 0 ? fresh : followed;
    }
  }
}

catalog::SnapshotPtr many(int count, const catalog::SnapshotPtr& base = nullptr, const std::string& tag = "one") {
  catalog::Editor editor(base, 1);
  for (int i = 0; i < count; ++i) {
    editor.put(define({.name = "service-" + std::to_string(i),
                       .tag = tag,
                       .owner = "group:default/team-" + std::to_string(i % 7),
                       .path = "p" + std::to_string(i / 10),
                       .document = static_cast<std::uint32_t>(i)}));
  }
  editor.set_source(catalog::testing::source_state("main"));
  return editor.finish();
}

TEST(Parts, OfAChangeAreFew) {
  Shelf shelf;
  const auto before = shelf.write(many(3'000), nullptr);
  EXPECT_EQ(before->shards.size(), 64U);
  EXPECT_EQ(shelf.written().size(), 64U + 3U);
  const auto after = shelf.write(many(1, before->snapshot, "two"), before);
  EXPECT_EQ(shelf.written().size(), 2U) << "a shard and the manifest";
  EXPECT_EQ(shelf.written().back(), after->digest);
  EXPECT_EQ(shelf.write(many(1, after->snapshot, "two"), after)->digest, after->digest);
  EXPECT_EQ(shelf.written(), std::vector{after->digest});
}

TEST(Parts, AreSharedByWhatIsReadBesideWhatIsThere) {
  Shelf shelf;
  const auto before = shelf.write(many(3'000), nullptr);
  const auto after = shelf.write(many(1, before->snapshot, "two"), before);
  const auto read = shelf.read(after->digest, before);
  ASSERT_TRUE(read);
  EXPECT_EQ(catalog::difference(*before->snapshot, *read->snapshot).size(), 1U);
  EXPECT_EQ(shelf.read(after->digest, read), read);
}

TEST(Parts, ThatAreLikelyComeWithTheManifest) {
  Shelf shelf;
  const auto before = shelf.write(many(3'000), nullptr);
  catalog::Editor editor(many(1, before->snapshot, "two"));
  editor.set_source(catalog::testing::source_state("main", 9));
  const auto after = shelf.write(editor.finish(), before);
  auto likely = new_parts(before->manifest, after->manifest);
  EXPECT_EQ(likely.size(), 2U) << "a shard and the source";
  likely.push_back(after->digest);
  EXPECT_EQ(std::set(likely.begin(), likely.end()), std::set(shelf.written().begin(), shelf.written().end()));
  likely.pop_back();
  const auto expected = transcript(*after->snapshot);
  EXPECT_EQ(transcript(*shelf.try_read(after->digest, before).value()->snapshot), expected);
  EXPECT_EQ(shelf.calls(), 3);
  EXPECT_EQ(transcript(*shelf.try_read(after->digest, before, likely).value()->snapshot), expected);
  EXPECT_EQ(shelf.calls(), 1);
  // No more than likely.
  const std::vector wrong = {Digest::of("nowhere"), before->manifest.shards[0], likely[0]};
  EXPECT_EQ(transcript(*shelf.try_read(after->digest, before, wrong).value()->snapshot), expected);
}

TEST(Parts, AreNewWhereTheOneBeforeHasNoneOfThem) {
  const auto part = [](char name) { return Digest::of(std::string(1, name)); };
  const Manifest before{.sources = {{{"a", 1, "c"}, part('a')}, {{"c", 1, "c"}, part('c')}},
                        .claims = part('0'),
                        .shards = {part('1'), part('2')}};
  EXPECT_TRUE(new_parts(before, before).empty());
  auto after = before;
  after.sources.insert(after.sources.begin() + 1, {{"b", 1, "c"}, part('b')});
  after.sources[2].part = part('d');
  after.claims = part('3');
  after.shards[1] = part('4');
  EXPECT_EQ(new_parts(before, after), (std::vector{part('4'), part('b'), part('d'), part('3')}));
  after = before;
  after.shards.insert(after.shards.end(), {part('5'), part('6')});
  EXPECT_EQ(new_parts(before, after), after.shards) << "another number of them: none is known";
}

TEST(Parts, OfAVersionAreFoundByItsToken) {
  Shelf shelf;
  const auto image = shelf.write(many(10), nullptr);
  const auto key = version_key(image->snapshot->token());
  const auto found = shelf.store().get({&key, 1}, shelf.soon());
  ASSERT_TRUE(found && found->front());
  EXPECT_EQ(*found->front(), image->digest.hex());
}

TEST(Parts, OfAnEmptyCatalogAreRead) {
  Shelf shelf;
  const auto empty = shelf.write(catalog::Editor(nullptr).finish(), nullptr);
  ASSERT_TRUE(empty);
  EXPECT_EQ(shelf.read(empty->digest)->snapshot->size(), 0U);
  const auto some = shelf.write(many(200), nullptr);
  EXPECT_EQ(transcript(*shelf.read(some->digest, empty)->snapshot), transcript(*some->snapshot));
  EXPECT_EQ(shelf.read(empty->digest, some)->snapshot->size(), 0U);
}

TEST(Parts, NumberInTheOrderOfTheCatalogsSize) {
  EXPECT_EQ(shard_count(0), 1U);
  EXPECT_EQ(shard_count(64), 1U);
  EXPECT_EQ(shard_count(65), 2U);
  EXPECT_EQ(shard_count(100'000), 2'048U);
  EXPECT_EQ(shard_of("component:default/x", 1), 0U);
  for (int i = 0; i < 100; ++i) {
    const auto key = "component:default/" + std::to_string(i);
    EXPECT_EQ(shard_of(key, 64) / 2, shard_of(key, 32)) << "shards split in two";
  }
}

// Entities of two sources, and some shards of each alone.
catalog::SnapshotPtr of_two_sources(int size) {
  catalog::Editor editor(nullptr, 5);
  for (int i = 0; i < size; ++i) {
    editor.put(define({.name = "c" + std::to_string(i), .source = i % 100 == 0 ? "fleeting" : "lasting"}));
  }
  for (const char* source : {"fleeting", "lasting"}) editor.set_source(catalog::testing::source_state(source));
  return editor.finish();
}

TEST(Parts, AreKeptAsLongAsTheirMostPatientSource) {
  Shelf shelf;
  shelf.write_terms.lifetimes = Lifetimes(5h, {{"fleeting", 1h}, {"lasting", 7h}});
  const auto image = shelf.write(of_two_sources(300), nullptr);
  std::set<base::Duration> ttls;
  for (const auto& shard : image->shards) {
    const bool lasts = std::ranges::any_of(
        shard->entities, [](const auto& entity) { return entity->definition->place.file->source == "lasting"; });
    EXPECT_EQ(shelf.ttl(shard->digest), lasts || shard->entities.empty() ? 7h : 1h);
  }
  EXPECT_EQ(shelf.ttl(image->manifest.sources[0].part), 1h);
  EXPECT_EQ(shelf.ttl(image->manifest.sources[1].part), 7h);
  EXPECT_EQ(shelf.ttl(image->manifest.claims), 7h);
  EXPECT_EQ(shelf.ttl(image->digest), 7h);
  auto digests = image->manifest.parts();
  digests.push_back(image->digest);
  const auto lifetimes = lifetimes_of(*image, shelf.write_terms.lifetimes);
  ASSERT_EQ(lifetimes.size(), digests.size());
  for (std::size_t i = 0; i < digests.size(); ++i) EXPECT_EQ(lifetimes[i], shelf.ttl(digests[i])) << i;
}

TEST(Parts, OfOneSourceAloneHaveItsTime) {
  const Lifetimes lifetimes(5h, {{"fleeting", 1h}, {"lasting", 7h}});
  std::vector<catalog::EntityPtr> entities;
  EXPECT_EQ(lifetimes.of(entities), 7h);
  const auto snapshot = of_two_sources(2);
  const auto& slots = snapshot->slots();
  entities.push_back(slots.at(slots.slot_of("component:default/c0")));
  EXPECT_EQ(lifetimes.of(entities), 1h);
  entities.push_back(slots.at(slots.slot_of("component:default/c1")));
  EXPECT_EQ(lifetimes.of(entities), 7h);
  EXPECT_EQ(lifetimes.of_source("unknown"), 5h);
  EXPECT_EQ(lifetimes.shortest(), 1h);
  EXPECT_EQ(Lifetimes(5h).longest(), 5h);
}

TEST(Parts, AreStoredAsTheyAreWhereCompressionIsOff) {
  Shelf small;
  const auto image = small.write(many(300), nullptr);
  Shelf plain;
  plain.write_terms.compress = false;
  const auto same = plain.write(many(300), nullptr);
  EXPECT_EQ(same->digest, image->digest);
  EXPECT_GT(plain.bytes(), 2 * small.bytes());
  EXPECT_EQ(transcript(*plain.read(same->digest)->snapshot), transcript(*small.read(image->digest)->snapshot));
}

TEST(Parts, KnowTheirSizes) {
  Shelf shelf;
  const auto written = shelf.write(many(300), nullptr);
  const auto read = shelf.read(written->digest);
  const auto size = size_of(*written);
  EXPECT_EQ(size.entities, 300U);
  EXPECT_EQ(size.parts, shelf.written().size());
  EXPECT_GT(size.json_bytes, size.stored_bytes);
  EXPECT_LE(size.stored_bytes, shelf.bytes());
  EXPECT_EQ(size_of(*read).stored_bytes, size.stored_bytes);
  EXPECT_EQ(size_of(*read).json_bytes, size.json_bytes);
}

TEST(Parts, ThatAStoreLostAreWrittenAgain) {
  Shelf full;
  const auto image = full.write(many(1'000), nullptr);
  for (const Digest& lost : full.written()) {
    std::vector<Digest> again;
    const auto done = write_again(*image, {&lost, 1}, {}, [&](std::span<const Part> parts, base::Duration) {
      for (const Part& part : parts) again.push_back(part.digest);
      return base::Status();
    });
    ASSERT_TRUE(done);
    EXPECT_EQ(again, std::vector{lost});
  }
}

TEST(Parts, ThatAreMissingAreNamed) {
  Shelf shelf;
  const auto image = shelf.write(many(100), nullptr);
  Shelf other;
  const auto nothing = other.try_read(image->digest);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, base::Code::not_found);
  const Part manifest = *seal(encode(image->manifest));
  ASSERT_TRUE(other.store().put({&manifest, 1}, 1h, other.soon()));
  const auto incomplete = other.try_read(image->digest);
  ASSERT_FALSE(incomplete);
  EXPECT_EQ(incomplete.error().code, base::Code::not_found);
  EXPECT_NE(incomplete.error().message.find("expected part "), std::string::npos) << incomplete.error().message;
}

TEST(Parts, ThatAreNotWhatTheirNamesSayAreRefused) {
  Shelf shelf;
  const auto image = shelf.write(many(100), nullptr);
  for (const Digest& digest : image->manifest.parts()) {
    const Part right = {digest, *shelf.store().get({&digest, 1}, shelf.soon())->front()};
    for (const std::string& bytes :
         {std::string(), std::string("wrong"), right.bytes.substr(1), seal("other content")->bytes}) {
      const Part wrong{digest, bytes};
      ASSERT_TRUE(shelf.store().put({&wrong, 1}, 1h, shelf.soon()));
      const auto read = shelf.try_read(image->digest);
      ASSERT_FALSE(read);
      EXPECT_EQ(read.error().code, base::Code::corrupt) << read.error().message;
    }
    ASSERT_TRUE(shelf.store().put({&right, 1}, 1h, shelf.soon()));
  }
  EXPECT_TRUE(shelf.try_read(image->digest));
}

// Parts that are whole each by itself, under a manifest that mixes them.
TEST(Parts, ThatDoNotFitTogetherAreRefused) {
  Shelf shelf;
  const auto first = shelf.write(many(200), nullptr);
  const auto second = shelf.write(many(200, first->snapshot, "two"), first);
  const auto mixed = [&](auto change) {
    Manifest manifest = second->manifest;
    change(manifest);
    const Part part = *seal(encode(manifest));
    EXPECT_TRUE(shelf.store().put({&part, 1}, 1h, shelf.soon()));
    return part.digest;
  };
  const auto swapped = mixed([](Manifest& manifest) { std::swap(manifest.shards[0], manifest.shards[1]); });
  const auto other_source = mixed([](Manifest& manifest) { ++manifest.sources[0].version.position; });
  const auto not_claims = mixed([](Manifest& manifest) { manifest.claims = manifest.shards[0]; });
  const auto not_a_shard = mixed([](Manifest& manifest) { manifest.shards[0] = manifest.claims; });
  for (const Digest& digest : {swapped, other_source, not_claims, not_a_shard}) {
    for (const ImagePtr& before : {ImagePtr(), first}) {
      const auto read = shelf.try_read(digest, before);
      ASSERT_FALSE(read);
      EXPECT_EQ(read.error().code, base::Code::corrupt) << read.error().message;
    }
  }
}

std::string a_shard() {
  const auto snapshot = many(6);
  std::vector<catalog::EntityPtr> entities;
  for (const auto& [before, after] : catalog::difference(*catalog::Editor(nullptr).finish(), *snapshot)) {
    entities.push_back(after);
  }
  catalog::IndexReader index;
  return *encode_shard(entities, index);
}

TEST(Shard, CutOffAnywhereIsRefused) {
  const std::string content = a_shard();
  Files files;
  ASSERT_TRUE(decode_shard(content, files, 1));
  for (std::size_t size = 0; size < content.size(); ++size) {
    const auto read = decode_shard(std::string_view(content).substr(0, size), files, 1);
    ASSERT_FALSE(read) << size;
    ASSERT_EQ(read.error().code, base::Code::corrupt);
  }
  EXPECT_FALSE(decode_shard(content + "x", files, 1));
}

TEST(Shard, WithOtherBytesIsRefusedOrAnotherShard) {
  std::mt19937 random(3);
  const std::string content = a_shard();
  Files files;
  for (int i = 0; i < 1'000; ++i) {
    std::string other = content;
    for (int flips = 1 + static_cast<int>(random() % 3); flips > 0; --flips) {
      other[random() % other.size()] = static_cast<char>(random());
    }
    auto read = decode_shard(other, files, 1);
    if (!read) continue;
    std::vector<catalog::Segment> segments;
    segments.push_back(*std::move(read));
    const auto loaded = catalog::load(std::move(segments), 1);
    if (loaded) EXPECT_LE((*loaded)->size(), 6U);
  }
}

TEST(Manifest, ReadsItselfAloneAndTakesNoCountAtItsWord) {
  const auto image = *cache::write(many(300), nullptr, {}, drop);
  const std::string content = encode(image->manifest);
  EXPECT_EQ(*decode_manifest(content), image->manifest);
  for (std::size_t size = 0; size < content.size(); ++size) {
    EXPECT_FALSE(decode_manifest(std::string_view(content).substr(0, size))) << size;
  }
  Output huge;
  huge.number('M');
  huge.number(format);
  huge.number(std::uint64_t{1} << 60);
  EXPECT_FALSE(decode_manifest(huge.bytes()));
}

TEST(Manifest, OfAnotherFormatIsRefused) {
  Output later;
  later.number('M');
  later.number(format + 1);
  EXPECT_FALSE(decode_manifest(later.bytes()));
}

TEST(Envelope, GivesBackWhatWasSealed) {
  std::string noise;
  std::mt19937 random(4);
  for (int i = 0; i < 1'000; ++i) noise.push_back(static_cast<char>(random()));
  for (const std::string& content : {std::string(), std::string("x"), noise, std::string(1 << 20, 'x')}) {
    const auto part = seal(content);
    ASSERT_TRUE(part);
    EXPECT_LE(part->bytes.size(), content.size() + 1);
    EXPECT_EQ(part->digest, Digest::of(content));
    EXPECT_TRUE(unseal(part->digest, part->bytes) == content);
  }
}

TEST(Envelope, RefusesBombs) {
  const Digest digest = Digest::of("");
  for (const std::uint64_t size :
       {std::uint64_t{1} << 62, std::uint64_t{max_content_bytes} + 1, std::uint64_t{100'000}}) {
    Output bomb;
    bomb.raw("\1");
    bomb.number(size);
    bomb.raw("some bytes that are no frame");
    const auto opened = unseal(digest, bomb.bytes());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, base::Code::corrupt) << opened.error().message;
  }
  EXPECT_FALSE(seal(std::string(max_content_bytes, 'x')));
}

TEST(SourcePart, CutOffAnywhereIsRefused) {
  catalog::Editor editor(many(3));
  editor.set_diagnostics("main", "a", {{.rule = "field", .message = "m", .path = "a", .mark = {1, 2}, .entity = "e"}});
  editor.put(define({.name = "service-1", .path = "z"}));
  const auto snapshot = editor.finish();
  const std::string source = encode_source(*snapshot, snapshot->sources().front());
  const auto read = decode_source(source);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->diagnostics.at("a"), snapshot->diagnostics().at({"main", "a"}));
  for (std::size_t size = 0; size < source.size(); ++size) {
    EXPECT_FALSE(decode_source(std::string_view(source).substr(0, size))) << size;
  }
  const std::string claims = encode_claims(snapshot->contested());
  EXPECT_EQ(decode_claims(claims)->size(), 1U);
  for (std::size_t size = 0; size < claims.size(); ++size) {
    EXPECT_FALSE(decode_claims(std::string_view(claims).substr(0, size))) << size;
  }
}

// What these bytes are must not change while `format` stays: other releases read them. If this fails because entities,
// index terms, words or the encoding changed, let `format` grow.
TEST(Parts, AreTheseBytesInThisFormat) {
  catalog::Editor editor(many(3));
  editor.put(define({.name = "service-1", .path = "z"}));
  editor.set_problems("component:default/service-2", {{"type", "message"}});
  editor.set_diagnostics("main", "a", {{.rule = "field", .message = "m", .path = "a", .mark = {1, 2}, .entity = "e"}});
  EXPECT_EQ(format, 1U);
  EXPECT_EQ(digest_of(editor.finish()).hex(), "814cb611a8a45580ebd40161c8103512e63e0ec0");
}

}  // namespace
}  // namespace aureacore::cache
