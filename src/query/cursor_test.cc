#include "query/cursor.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace aureacore::query {
namespace {

const std::string token = "v1-3-0123456789abcdef0123456789abcdef";

std::string refused(std::string_view json) {
  JsonParser parser;
  const auto cursor = decode_cursor(base::base64url_encode(json), parser);
  return cursor ? "accepted" : cursor.error().message;
}

TEST(Cursor, ComesBackAsItWas) {
  JsonParser parser;
  Cursor cursor{.token = token, .query = {}, .position = 40, .after = "component:default/x"};
  EXPECT_EQ(*decode_cursor(encode(cursor), parser), cursor);
  cursor.backwards = true;
  cursor.after.clear();
  cursor.query = {.filters = {"kind=component,a=b", "c"},
                  .predicate = R"({"$not":{"kind":"api"}})",
                  .order = {{"metadata.name", true}, {"a,b", false}},
                  .text = "shop \"x\"",
                  .text_fields = {"metadata.title"},
                  .count = false};
  EXPECT_EQ(*decode_cursor(encode(cursor), parser), cursor);
  EXPECT_EQ(*decode_cursor(encode(cursor) + "==", parser), cursor) << "padding does no harm";
}

TEST(Cursor, WindowsMeet) {
  const Cursor forwards{.position = 30};
  EXPECT_EQ(window(forwards, 20).first, 30U);
  EXPECT_EQ(window(forwards, 20).limit, 20U);
  const Cursor backwards{.backwards = true, .position = 30};
  EXPECT_EQ(window(backwards, 20).first, 10U);
  EXPECT_EQ(window(backwards, 50).first, 0U);
  EXPECT_EQ(window(backwards, 50).limit, 30U) << "never beyond where it began";
}

TEST(Cursor, HostileOnesAreRefused) {
  JsonParser parser;
  EXPECT_FALSE(decode_cursor("", parser));
  EXPECT_FALSE(decode_cursor("!!!", parser));
  EXPECT_FALSE(decode_cursor("a", parser));
  EXPECT_FALSE(decode_cursor(std::string(Cursor::max_bytes + 1, 'A'), parser));
  const std::string version = R"({"version":")" + token + "\",";
  EXPECT_EQ(refused(version + R"("begin":0})"), "accepted");
  for (const std::string& json :
       {std::string("[]"), std::string("{}"), std::string("{\"version\":\"v1\"}"), version + "\"end\":-1}",
        version + R"("begin":0,"end":0})", version + R"("begin":-5})", version + R"("begin":99999999999999999999})",
        version + R"("begin":0,"order":["x"]})", version + R"("begin":0,"order":["x,up"]})",
        version + R"("begin":0,"order":["a,asc","a,asc","a,asc","a,asc","a,asc","a,asc","a,asc","a,asc","a,asc"]})"}) {
    EXPECT_NE(refused(json), "accepted") << json;
  }
}

}  // namespace
}  // namespace aureacore::query
