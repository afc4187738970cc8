// Walking trees: all files of one, or what two differ in. Internal to this module; the thread of the repository.
//
// Trees are other people's bytes. Entries come out in the order of their paths whatever the order in the tree, names
// that no work tree could hold (".", "..", with '/' or control characters, not UTF-8) are passed over with all
// below them, and depth and numbers are limited: a few small trees that name each other many times over
// stand for billions.
#pragma once

#include <functional>

#include "git/library.h"
#include "git/repository.h"

namespace aureacore::git {

inline constexpr std::size_t max_tree_depth = 64;
inline constexpr std::size_t max_tree_entries = 10'000'000;
inline constexpr std::size_t max_tree_folders = 500'000;
inline constexpr std::size_t max_path_bytes = 4096;

// Handed every file, symlink and submodule; an error ends the walk.
using Visit = std::function<base::Status(File&& file)>;
using VisitChange = std::function<void(Change&& change)>;

// Errors: corrupt (a tree is missing or damaged), too_large, and the visitor's.
base::Status walk_tree(git_repository* repository, const git_oid& tree, const Visit& visit);
// Subtrees that are the same on both sides are not entered.
base::Status walk_difference(git_repository* repository, const git_oid& from, const git_oid& to,
                             const VisitChange& visit);

// Whether every name of the path is one that the walks would not pass over.
bool is_usable_path(std::string_view path);

// What a tree entry is to us; nothing for folders and for modes that git itself wouldn't write.
std::optional<Mode> entry_mode(const git_tree_entry* entry);

}  // namespace aureacore::git
