// PushToken: a token for what a push will have made of the catalog, given before anybody has fetched it, so its version isn't known
// yet: "p1-<nonce>" with up to nine "-<source>.<commit>" behind it, where the sources are named by hashes of their ids and
// the commits by their first digits. At most 256 bytes. Any instance can tell from it what to wait for: the sources that it
// concerns are to serve those commits, or what their remotes had when they were checked after the push.
//
// A value; pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aureacore::entity {

class PushToken {
 public:
  // A push to more sources than these concerns all.
  static constexpr std::size_t max_sources = 9;

  struct Push {
    std::string_view source;  // its id
    std::string_view commit;  // empty: none is known; it takes a check
  };

  // The nonce tells it from all others.
  PushToken(std::uint64_t nonce, const std::vector<Push>& pushes);
  // Nothing: the text isn't one.
  static std::optional<PushToken> parse(std::string_view text);

  [[nodiscard]] std::string text() const;
  // Whether the push may have changed this source.
  [[nodiscard]] bool concerns(std::string_view source) const;
  // Whether this is what the source has by the push.
  [[nodiscard]] bool names(std::string_view source, std::string_view commit) const;

 private:
  struct Part {
    std::string source;  // 8 hexadecimal digits
    std::string commit;  // 16 of them; empty: unknown
  };
  PushToken() = default;

  std::string nonce_;        // 16 hexadecimal digits
  std::vector<Part> parts_;  // none: it concerns all
};

}  // namespace aureacore::entity
