// Webhooks from anyone, headers and bodies: a verdict on each, never a crash; nobody without the secret is believed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "hooks/address.h"
#include "hooks/testing.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace aureacore::hooks;
  static const Targets open{.secrets = {},
                            .sources = {{.id = "main", .address = "github.com/octocat/hello-world", .branch = "main"},
                                        {.id = "head", .address = "git.example.com/platform/catalog"}}};
  static const Targets closed{.secrets = {testing::secret("0b8f3a55d1b7")},
                              .sources = {{.id = "main", .address = "github.com/octocat/hello-world"}}};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Request request = testing::parse_request(text);
  const auto now = aureacore::base::WallTime(std::chrono::seconds(1'800'000'000));
  for (const Targets* targets : {&open, &closed}) {
    const Verdict verdict = judge(request, *targets, testing::no_branch, now);
    const bool believed = verdict.proven || (targets == &closed && !verdict.matches.empty());
    if (believed && text.find("0b8f3a55d1b7") == std::string_view::npos) std::abort();
    if (verdict.matches.empty() == (verdict.outcome == Verdict::Outcome::accepted)) std::abort();
    for (const std::string& repository : verdict.event.repositories) {
      const std::string address = canonical_address(repository);
      if (address.size() > repository.size() + 1) std::abort();
    }
  }
  return 0;
}
