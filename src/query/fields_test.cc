#include "query/fields.h"

#include <gtest/gtest.h>

namespace aureacore::query {
namespace {

constexpr auto entity =
    R"({"kind":"Component","metadata":{"name":"web","annotations":{"x.y/c.d":"1","a":{"b":"short"},"q\"t":"2"},"tags":["x","y"]},)"
    R"("spec":{"type":"s","nothing":null,"empty":{},"text":"a}b]\\\"{"},"relations":[{"type":"ownedBy","targetRef":"g"}]})";

std::string slice(const std::vector<std::string>& lists) {
  auto fields = Fields::parse(lists);
  if (!fields) return "error: " + fields.error().message;
  std::string out;
  fields->project(entity, out);
  return out;
}

TEST(Fields, CutsMembersOut) {
  EXPECT_EQ(slice({"kind"}), R"({"kind":"Component"})");
  EXPECT_EQ(slice({"spec.type,kind", " metadata.name "}),
            R"({"kind":"Component","metadata":{"name":"web"},"spec":{"type":"s"}})");
  EXPECT_EQ(slice({"relations"}), R"({"relations":[{"type":"ownedBy","targetRef":"g"}]})");
  EXPECT_EQ(slice({"metadata.tags"}), R"({"metadata":{"tags":["x","y"]}})");
  EXPECT_EQ(slice({"spec.text"}), R"({"spec":{"text":"a}b]\\\"{"}})");
}

TEST(Fields, NamesMayHaveDotsInThem) {
  EXPECT_EQ(slice({"metadata.annotations.x.y/c.d"}), R"({"metadata":{"annotations":{"x.y/c.d":"1"}}})");
  EXPECT_EQ(slice({"metadata.annotations.a.b"}), R"({"metadata":{"annotations":{"a":{"b":"short"}}}})")
      << "the shorter name wins";
  EXPECT_EQ(slice({"metadata.annotations.q\"t"}), R"({"metadata":{"annotations":{"q\"t":"2"}}})");
}

TEST(Fields, WhatIsNotThereIsLeftOut) {
  EXPECT_EQ(slice({"metadata.title", "spec.type.x", "metadata.tags.x", "none.at.all"}), "{}");
  EXPECT_EQ(slice({"spec.nothing", "spec.empty"}), R"({"spec":{"nothing":null,"empty":{}}})");
  EXPECT_EQ(slice({"Kind"}), "{}") << "names of fields are told apart by case";
}

TEST(Fields, TheWholeCoversItsParts) {
  EXPECT_EQ(slice({"metadata.tags", "metadata.annotations.a", "metadata.annotations.a.b"}),
            R"({"metadata":{"annotations":{"a":{"b":"short"}},"tags":["x","y"]}})");
}

TEST(Fields, Errors) {
  EXPECT_EQ(slice({"a[0]"}), "error: expected names with dots as fields, found \"a[0]\": arrays are given whole");
  std::string many;
  for (std::size_t i = 0; i <= Fields::max_fields; ++i) many += "f" + std::to_string(i) + ",";
  EXPECT_EQ(slice({many}), "error: expected at most 200 fields");
  EXPECT_TRUE(Fields::parse(std::vector<std::string>{" , "})->is_everything());
}

TEST(Fields, BrokenJsonStaysWithinItsBounds) {
  const std::string text(entity);
  auto fields = Fields::parse(std::vector<std::string>{"metadata.annotations.a.b", "spec.text", "relations"});
  for (std::size_t size = 0; size < text.size(); ++size) {
    const std::vector<char> cut(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));  // ASan sees its end
    std::string out;
    fields->project({cut.data(), cut.size()}, out);
    EXPECT_LE(out.size(), text.size());
  }
}

}  // namespace
}  // namespace aureacore::query
