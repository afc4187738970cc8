// Any bytes as a token and as a key set: nothing may be believed, nothing may break.
#include <cstdint>
#include <cstdlib>
#include <tuple>

#include "auth/gate.h"
#include "auth/jwt.h"
#include "base/text.h"

namespace {

using namespace aureacore;

// Signed by a key that nobody has.
const std::vector<auth::Issuer>& issuers() {
  static const std::vector<auth::Issuer> all = [] {
    auto keys = auth::KeySet::parse(
        R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})");
    std::vector<auth::Issuer> made(1);
    made[0] = {.issuer = "i", .audience = "a", .rules = {{.claim = "/g/0", .value = "x", .role = auth::Role::admin}}};
    made[0].keys = std::make_shared<const auth::KeySet>(std::move(keys.value()));
    return made;
  }();
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const base::WallTime now{std::chrono::seconds(1'800'000'000)};
  if (auth::verify_jwt(auth::bearer_token(text), issuers(), now)) std::abort();
  if (auth::verify_jwt(text, issuers(), now)) std::abort();
  // The parts in clear, so that the bytes reach what is behind the encoding.
  const auto parts = base::split(text, '\n');
  if (parts.size() >= 2) {
    const std::string token = base::base64url_encode(parts[0]) + "." + base::base64url_encode(parts[1]) + "." +
                              base::base64url_encode(std::string(64, 's'));
    if (auth::verify_jwt(token, issuers(), now)) std::abort();
  }
  std::ignore = auth::KeySet::parse(text);
  return 0;
}
