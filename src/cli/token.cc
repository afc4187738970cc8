#include "cli/token.h"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "auth/token.h"

namespace aureacore::cli {

int print_token() {
  std::array<std::uint8_t, 32> random{};
  if (::getentropy(random.data(), random.size()) != 0) {
    fmt::print(stderr, "aureacore: the system gives no random bytes\n");
    return 1;
  }
  const std::string token = auth::make_token(random);
  fmt::print("token: {}\nhash: {}\n", token, auth::to_string(auth::digest_of(token)));
  return 0;
}

}  // namespace aureacore::cli
