#include "base/persistent_map.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace aureacore::base {
namespace {

using Model = std::map<std::uint64_t, std::string>;

Model contents(const PersistentMap<std::string>& map) {
  Model out;
  map.for_each([&](std::uint64_t hash, const std::string& value) { out[hash] = value; });
  return out;
}

TEST(PersistentMap, FindsWhatWasSet) {
  PersistentMap<int> map;
  EXPECT_EQ(map.find(7), nullptr);
  map.set(7, 1, 1);
  map.set(7 + (1ULL << 20), 2, 1);  // the same path for eight levels
  ASSERT_NE(map.find(7), nullptr);
  EXPECT_EQ(*map.find(7), 1);
  EXPECT_EQ(*map.find(7 + (1ULL << 20)), 2);
  EXPECT_EQ(map.size(), 2U);
  map.erase(7, 1);
  EXPECT_EQ(map.find(7), nullptr);
  EXPECT_EQ(map.size(), 1U);
}

TEST(PersistentMap, HashesThatDifferInTheBottomBitsAlone) {
  PersistentMap<int> map;
  for (std::uint64_t i = 0; i < 16; ++i) map.set(i, static_cast<int>(i), 1);
  for (std::uint64_t i = 0; i < 16; ++i) EXPECT_EQ(*map.find(i), static_cast<int>(i));
  for (std::uint64_t i = 0; i < 16; ++i) map.erase(i, 2);
  EXPECT_EQ(map.size(), 0U);
}

TEST(PersistentMap, FindsManyAsOneByOne) {
  PersistentMap<int> map;
  std::mt19937_64 random(5);
  std::vector<std::uint64_t> hashes;
  for (int i = 0; i < 1000; ++i) {
    std::vector<const int*> found(hashes.size());
    if (i % 100 == 0) {
      map.find_all(hashes, found);
      for (std::size_t j = 0; j < hashes.size(); ++j) ASSERT_EQ(found[j], map.find(hashes[j]));
    }
    hashes.push_back(i % 5 == 0 ? random() >> 50 : random());
    if (i % 3 != 0) map.set(hashes.back(), i, 1);
  }
}

TEST(PersistentMap, IsBuiltOfManyAsOneByOne) {
  std::mt19937_64 random(6);
  for (const std::size_t size : {0U, 1U, 2U, 33U, 5000U}) {
    std::map<std::uint64_t, std::string> model;
    // Some share all but their last bits.
    for (std::size_t i = 0; i < size; ++i) model[i % 7 == 0 ? random() >> 52 : random()] = std::to_string(i);
    std::vector<PersistentMap<std::string>::Item> items;
    for (const auto& [hash, value] : model) items.push_back({hash, value});
    auto map = PersistentMap<std::string>::of(items, 1);
    EXPECT_EQ(map.size(), model.size());
    EXPECT_EQ(contents(map), model);
    map.set(random(), "in place", 1);
    EXPECT_EQ(map.size(), model.size() + 1);
    const auto before = map;
    for (int i = 0; i < 100; ++i) {
      const std::uint64_t hash = random();
      map.set(hash, "later", 2);
      ASSERT_EQ(*map.find(hash), "later");
      map.erase(hash, 2);
      if (!model.empty()) map.erase(model.begin()->first, 2);
    }
    for (const auto& [hash, value] : model) ASSERT_EQ(*before.find(hash), value);
  }
}

// Versions are kept while later ones are edited; each must stay what it was.
TEST(PersistentMap, OldVersionsStayUntouched) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::pair<PersistentMap<std::string>, Model>> versions;
    PersistentMap<std::string> map;
    Model model;
    for (EditToken token = 1; token < 60; ++token) {
      for (int i = 0; i < 30; ++i) {
        // Few bits, spread: deep shared paths and many hits.
        const std::uint64_t hash = (random() % 64) * ((random() % 2) != 0 ? 1ULL : 0x0842'1084'2108ULL);
        if (random() % 3 == 0) {
          map.erase(hash, token);
          model.erase(hash);
        } else {
          const std::string value = std::to_string(random()) + " long enough to live on the heap";
          map.set(hash, value, token);
          model[hash] = value;
        }
      }
      EXPECT_EQ(map.size(), model.size());
      versions.emplace_back(map, model);
    }
    for (const auto& [version, expected] : versions) ASSERT_EQ(contents(version), expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace aureacore::base
