// Addresses of repositories, checked before git ever sees them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace aureacore::git {

enum class Scheme { https, ssh, http, git, file };

// Which schemes besides https and ssh are allowed.
struct SchemePolicy {
  bool insecure = false;  // http and git
  bool local = false;     // file and plain paths
};

struct Url {
  Scheme scheme = Scheme::https;
  std::string text;     // as given to git; for a plain path absolute, without "file://"
  std::string display;  // without user and password: for logs, labels and errors
};

// https://, http://, ssh://, git://, file://, scp-like user@host:path, and plain paths. Refuses a leading '-', "::"
// (remote helpers), control characters, CR, LF, an empty host, a host or path that begins with '-', and credentials in
// the URL.
base::Result<Url> parse_url(std::string_view text, SchemePolicy policy);

// A branch name as `git check-ref-format --branch` takes it.
base::Status check_branch(std::string_view branch);

}  // namespace aureacore::git
