// How versions stand to each other: a partial order, from Git alone.
//
// Of one source, a commit comes before another if it is on the first-parent history that ends there. Histories fork
// where a branch is rewritten: then neither comes before the other, and versions that have them are incomparable, which
// only the remote can settle. A version comes before another if none of its components comes behind the other's; a
// source that a version lacks comes before anything of it.
//
// Pure; any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "entity/version.h"

namespace aureacore::entity {

enum class Order : std::uint8_t { equal, before, after, incomparable };

// What Git knows: whether the history that ends at `later` has `earlier` on it. Both are of one source; asked only where
// the position of `later` is the greater one. A no may also mean that nobody knows.
using HasAncestor = std::function<bool(const SourceVersion& later, const SourceVersion& earlier)>;

// Takes the greater position for the later commit: what holds unless a branch was rewritten in between.
bool never_rewritten(const SourceVersion& later, const SourceVersion& earlier);

// Of one source's components, and of whole versions: how the first stands to the second.
Order compare(const SourceVersion& first, const SourceVersion& second, const HasAncestor& has_ancestor);
Order compare(const Version& first, const Version& second, const HasAncestor& has_ancestor);

// The sources of which neither version's commit comes before the other's.
std::vector<std::string> conflicts(const Version& first, const Version& second, const HasAncestor& has_ancestor);

// The earliest version that neither comes behind; nothing where there are conflicts: then there is none.
std::optional<Version> merge(const Version& first, const Version& second, const HasAncestor& has_ancestor);

}  // namespace aureacore::entity
