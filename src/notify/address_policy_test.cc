#include "notify/address_policy.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

namespace aureacore::notify {
namespace {

bool allowed(const std::string& text) {
  sockaddr_in6 of6{};
  sockaddr_in of4{};
  if (inet_pton(AF_INET, text.c_str(), &of4.sin_addr) == 1) {
    of4.sin_family = AF_INET;
    return is_public(reinterpret_cast<const sockaddr&>(of4));
  }
  EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &of6.sin6_addr), 1) << text;
  of6.sin6_family = AF_INET6;
  return is_public(reinterpret_cast<const sockaddr&>(of6));
}

TEST(AddressPolicy, LetsPublicOnesThrough) {
  for (const char* address : {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
                              "126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.0", "192.167.255.255",
                              "223.255.255.255", "2606:4700:4700::1111", "2a00:1450::1", "2001:4860:4860::8888"}) {
    EXPECT_TRUE(allowed(address)) << address;
  }
}

TEST(AddressPolicy, RefusesAllOthers) {
  for (const char* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "10.255.255.255",
                              "100.64.0.1",
                              "127.0.0.1",
                              "127.255.255.254",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.8",
                              "192.0.2.1",
                              "192.168.1.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.1",
                              "203.0.113.1",
                              "224.0.0.1",
                              "239.255.255.255",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::ffff:127.0.0.1",
                              "::ffff:8.8.8.8",
                              "::127.0.0.1",
                              "64:ff9b::7f00:1",
                              "100::1",
                              "2001::1",
                              "2001:db8::1",
                              "2002:7f00:1::1",
                              "3fff::1",
                              "fc00::1",
                              "fd12:3456::1",
                              "fe80::1",
                              "fec0::1",
                              "ff02::1"}) {
    EXPECT_FALSE(allowed(address)) << address;
  }
}

TEST(AddressPolicy, KnowsNoOtherFamily) {
  sockaddr other{};
  other.sa_family = AF_UNIX;
  EXPECT_FALSE(is_public(other));
}

}  // namespace
}  // namespace aureacore::notify
