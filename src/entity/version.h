// Version: which commit of which source, for all sources together. Every instance computes the same one from Git alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace aureacore::entity {

struct SourceVersion {
  std::string source;          // the source's id
  std::uint64_t position = 0;  // number of commits on the branch's first-parent history up to `commit`, itself included
  std::string commit;          // 40 or 64 hexadecimal digits
  friend auto operator<=>(const SourceVersion&, const SourceVersion&) = default;
};

class Version {
 public:
  // Sets one component; the order of calls doesn't matter.
  void set(SourceVersion component);
  void remove(const std::string& source);
  [[nodiscard]] const SourceVersion* find(const std::string& source) const;
  [[nodiscard]] const std::vector<SourceVersion>& components() const { return components_; }

  // The opaque form, at most 64 bytes however many sources there are: "v1-<sum of positions>-<32 hexadecimal digits>".
  // Equal versions have equal tokens. The sum grows with every commit, so a token says at once which of two can't be
  // the newer.
  [[nodiscard]] std::string token() const;

  friend bool operator==(const Version&, const Version&) = default;

 private:
  std::vector<SourceVersion> components_;  // sorted by source
};

// Whether a text has the form of a token.
bool is_token(std::string_view text);
// How many commits the version with this token has, of all sources together; 0 where it is no token.
std::uint64_t commits_of(std::string_view token);

}  // namespace aureacore::entity
