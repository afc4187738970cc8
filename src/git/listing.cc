#include "git/listing.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace aureacore::git {
namespace {

using base::Code;
using base::fail;
using base::Result;
using base::Status;

constexpr std::size_t sha1_digits = 40;
constexpr std::size_t sha256_digits = 64;
constexpr std::string_view heads = "refs/heads/";

Status check_advertised_id(std::string_view id) {
  const bool digits = std::ranges::all_of(id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (digits && id.size() == sha256_digits) {
    return fail(Code::invalid, "the repository names its objects by SHA-256, which is not supported");
  }
  if (digits && id.size() == sha1_digits) return {};
  return fail(Code::corrupt, "expected an object id of {} hexadecimal digits, found '{}'", sha1_digits,
              base::printable(id, 80));
}

struct Line {
  std::string_view value;  // an object id, or "ref: refs/heads/main"
  std::string_view ref;
};

Result<Line> split_line(std::string_view line) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos) {
    return fail(Code::corrupt, "expected a listing of refs, found '{}'", base::printable(line, 80));
  }
  return Line{.value = line.substr(0, tab), .ref = line.substr(tab + 1)};
}

// The branch that HEAD stands for; "HEAD" itself where it stands for none (detached).
Result<std::string> branch_of(std::string_view target) {
  if (!target.starts_with(heads)) return "HEAD";
  const std::string_view name = target.substr(heads.size());
  if (auto status = check_branch(name); !status) return std::unexpected(status.error().in("the remote's HEAD"));
  return std::string(name);
}

}  // namespace

Result<Advertised> parse_listing(std::string_view listing, std::string_view branch) {
  constexpr std::string_view symbolic = "ref: ";
  const std::string wanted = branch.empty() ? "HEAD" : fmt::format("{}{}", heads, branch);
  Advertised found{.branch = std::string(branch.empty() ? "HEAD" : branch), .commit = {}};
  for (const std::string_view text : base::split(listing, '\n')) {
    if (text.empty()) continue;
    const auto line = split_line(text);
    if (!line) return std::unexpected(line.error());
    if (line->ref != wanted) continue;
    if (line->value.starts_with(symbolic)) {
      auto name = branch_of(line->value.substr(symbolic.size()));
      if (!name) return std::unexpected(name.error());
      found.branch = std::move(*name);
      continue;
    }
    if (auto status = check_advertised_id(line->value); !status) return std::unexpected(status.error());
    found.commit = line->value;
  }
  if (!found.commit.empty()) return found;
  if (branch.empty())
    return fail(Code::not_found, "the repository has no HEAD: it is empty, or its default branch is missing");
  return fail(Code::not_found, "the repository has no branch '{}'", base::printable(branch));
}

}  // namespace aureacore::git
