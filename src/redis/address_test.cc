#include "redis/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace aureacore::redis {
namespace {

std::string describe(const base::Result<Address>& address) {
  if (!address) return "! " + address.error().message;
  constexpr std::array names = {"server", "sentinel", "cluster"};
  std::string text = fmt::format("= {}", names.at(static_cast<std::size_t>(address->topology)));
  for (const Endpoint& endpoint : address->endpoints) text += ' ' + endpoint.text();
  if (!address->primary_name.empty()) text += " name=" + address->primary_name;
  if (!address->user.empty()) text += " user=" + address->user;
  if (address->database != 0) text += " database=" + std::to_string(address->database);
  if (address->tls) text += " tls";
  return text;
}

TEST(Address, IsReadAsTheGoldenCasesSay) {
  std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "testdata/addresses/cases.txt");
  ASSERT_TRUE(file);
  int cases = 0;
  for (std::string text; std::getline(file, text);) {
    if (text.empty() || text.starts_with('#')) continue;
    std::string expected;
    std::getline(file, expected);
    EXPECT_EQ(describe(parse_address(text)), expected) << text;
    ++cases;
  }
  EXPECT_GT(cases, 30);
}

TEST(Address, SaysAgainWhatItWasReadFrom) {
  for (const std::string text : {"redis://h:7000/3", "rediss://[::1]:6379", "unix:///run/redis.sock",
                                 "redis+sentinel://a:1,b:2/main/4", "rediss+cluster://a:1,b:2"}) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), text);
  }
  EXPECT_EQ(parse_address("redis://somebody@h")->text(), "redis://h:6379");
}

TEST(Address, HasLimits) {
  EXPECT_EQ(parse_address("redis://" + std::string(3000, 'a')).error().code, base::Code::too_large);
  std::string many = "redis+cluster://h";
  for (int i = 0; i < 40; ++i) many += ",h";
  EXPECT_EQ(parse_address(many).error().code, base::Code::too_large);
  EXPECT_FALSE(parse_address("redis://" + std::string(300, 'a')));
  EXPECT_FALSE(parse_address("unix:///" + std::string(200, 'a')));
}

TEST(Endpoint, IsReadAsServersWriteIt) {
  EXPECT_EQ(parse_endpoint("10.0.0.1:7000"), (Endpoint{"10.0.0.1", 7000}));
  EXPECT_EQ(parse_endpoint("::1:7000"), (Endpoint{"::1", 7000}));
  EXPECT_EQ(parse_endpoint("[::1]:7000"), (Endpoint{"::1", 7000}));
  for (const std::string text : {"", "h", "h:", ":1", "h:x", "h h:1", "h:70000"})
    EXPECT_FALSE(parse_endpoint(text)) << text;
}

}  // namespace
}  // namespace aureacore::redis
