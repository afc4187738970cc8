// libgit2, set up once for the process and owned by handles. Internal to this module; any thread.
#pragma once

#include <git2.h>

#include <memory>
#include <string>

#include "base/result.h"

namespace aureacore::git {

template <auto ReleaseFunction>
struct Release {
  template <class T>
  void operator()(T* object) const {
    ReleaseFunction(object);
  }
};

using RepositoryPointer = std::unique_ptr<git_repository, Release<git_repository_free>>;
using DatabasePointer = std::unique_ptr<git_odb, Release<git_odb_free>>;
using CommitPointer = std::unique_ptr<git_commit, Release<git_commit_free>>;
using TreePointer = std::unique_ptr<git_tree, Release<git_tree_free>>;
using TreeEntryPointer = std::unique_ptr<git_tree_entry, Release<git_tree_entry_free>>;
using ObjectPointer = std::unique_ptr<git_odb_object, Release<git_odb_object_free>>;

// Before the first use of the library; later calls cost nothing. Errors: internal.
base::Status ready_library();

// libgit2's last complaint in this thread.
std::string last_complaint();

// Errors: invalid (not 40 hexadecimal digits).
base::Result<git_oid> parse_id(std::string_view text);
std::string format_id(const git_oid& id);

}  // namespace aureacore::git
