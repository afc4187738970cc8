#include "git/library.h"

#include <array>

#include "base/text.h"

namespace aureacore::git {
namespace {

// What is left at its default and matters: strict verification of every object's hash stays on.
int set_up() {
  int error = git_libgit2_init();
  if (error < 0) return error;
  // No configuration but the mirror's own.
  for (const int level :
       {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_PROGRAMDATA}) {
    error = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
    if (error < 0) return error;
  }
  // The mirrors are our own and their configuration is ours, whoever owns the state directory (a volume in a
  // container).
  error = git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
  if (error < 0) return error;
  // Objects are read once each; a cache of 256 MiB would only take memory from the snapshot.
  error = git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0);
  if (error < 0) return error;
  // libgit2 never fetches what is missing, which is all that the extension asks of a reader.
  std::array<const char*, 1> extensions = {"partialclone"};
  return git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions.data(), extensions.size());
}

}  // namespace

base::Status ready_library() {
  static const int outcome = set_up();
  if (outcome < 0) return base::fail(base::Code::internal, "libgit2 can't be set up: {}", last_complaint());
  return {};
}

std::string last_complaint() {
  const git_error* error = git_error_last();
  return error == nullptr || error->message == nullptr ? "no reason given" : base::printable(error->message);
}

base::Result<git_oid> parse_id(std::string_view text) {
  git_oid id;
  if (text.size() != GIT_OID_HEXSZ || git_oid_fromstrn(&id, text.data(), text.size()) != 0) {
    return base::fail(base::Code::invalid, "expected an object id of {} hexadecimal digits, found '{}'", GIT_OID_HEXSZ,
                      base::printable(text, 80));
  }
  return id;
}

std::string format_id(const git_oid& id) {
  std::string text(GIT_OID_HEXSZ, '0');
  git_oid_fmt(text.data(), &id);
  return text;
}

}  // namespace aureacore::git
