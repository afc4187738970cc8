#include "cache/head.h"

#include <gtest/gtest.h>

namespace aureacore::cache {
namespace {

entity::Version version(std::uint64_t a, const std::string& commit_a, std::uint64_t b, const std::string& commit_b) {
  entity::Version version;
  version.set({"a", a, commit_a});
  version.set({"b", b, commit_b});
  return version;
}

TEST(Digest, IsTheBeginningOfTheSha256) {
  EXPECT_EQ(Digest::of("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a3");
  EXPECT_EQ(Digest::of("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4");
}

TEST(Digest, IsReadFromItsOwnTextAlone) {
  const Digest digest = Digest::of("abc");
  EXPECT_EQ(Digest::parse(digest.hex()), digest);
  std::string upper = digest.hex();
  upper[0] = 'B';
  for (const std::string& text : {std::string(), digest.hex().substr(1), digest.hex() + "0", upper}) {
    EXPECT_EQ(Digest::parse(text), std::nullopt) << text;
  }
}

TEST(Head, IsReadFromItsOwnText) {
  Head head{Digest::of("abc"), version(3, "aa", 4, "bb")};
  head.version.set({"with space", 5, "cc"});
  EXPECT_EQ(head_text(head), "ba7816bf8f01cfea414140de5dae2223b00361a3\n3 aa a\n4 bb b\n5 cc with space\n");
  const auto read = parse_head(head_text(head));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, head);
}

TEST(Head, OfAnEmptyCatalogIsItsDigestAlone) {
  const auto read = parse_head(head_text({Digest::of(""), {}}));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->version, entity::Version());
}

TEST(Head, RefusesWhatIsNoHead) {
  const std::string digest = Digest::of("abc").hex();
  for (const std::string& text :
       {std::string(), std::string("x\n"), digest, digest + "\n3 aa a", digest + "\nx aa a\n", digest + "\n3 a\n",
        digest + "\n3 aa \n", digest + "\n3 XX a\n", digest + "\n\n", digest + "\n-3 aa a\n"}) {
    const auto read = parse_head(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, base::Code::corrupt);
  }
}

TEST(Head, SaysWhatItFoundInAnError) {
  const auto read = parse_version("3 aa a\n4 ?? b\n");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "expected \"<position> <commit> <source>\" in a version, found \"4 ?? b\"");
}

TEST(GoesBack, NamesTheComponentThatDoes) {
  const auto now = version(3, "aa", 4, "bb");
  EXPECT_EQ(goes_back(now, now, {}), "");
  EXPECT_EQ(goes_back(now, version(3, "aa", 5, "cc"), {}), "");
  EXPECT_EQ(goes_back(now, version(2, "aa", 5, "cc"), {}), "a");
  EXPECT_EQ(goes_back(now, version(3, "aa", 4, "cc"), {}), "b") << "another commit at the same position";
}

TEST(GoesBack, LeavesOutSourcesThatOnlyOneHasAndThoseThatWereRewritten) {
  const auto now = version(3, "aa", 4, "bb");
  entity::Version other;
  other.set({"c", 1, "cc"});
  EXPECT_EQ(goes_back(now, other, {}), "");
  const std::vector<std::string> rewritten{"a"};
  EXPECT_EQ(goes_back(now, version(1, "dd", 4, "bb"), rewritten), "");
  EXPECT_EQ(goes_back(now, version(1, "dd", 3, "ee"), rewritten), "b");
}

}  // namespace
}  // namespace aureacore::cache
