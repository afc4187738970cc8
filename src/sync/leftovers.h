// Leftovers: mirrors in the state directory that no configured source uses any more.
//
// The state directory is this process's alone (server::StateDir), so a mirror that none of its sources names is nobody's.
// One that was checked lately stays: a source that is taken out by mistake and put back need not be fetched anew.
#pragma once

#include <filesystem>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"

namespace aureacore::sync {

// Puts aside every mirror and record in the folder that has none of these names (see mirror_name) and was last used
// before `since`. Quick: nothing is deleted yet. Gives what delete_leftovers() is to delete, and what an earlier process
// didn't come to delete.
std::vector<std::filesystem::path> set_leftovers_aside(const std::filesystem::path& mirrors,
                                                       const std::set<std::string, std::less<>>& used,
                                                       base::WallTime since);

// Takes as long as the files are many; ends early, between two of them, where it is asked to stop.
void delete_leftovers(const std::vector<std::filesystem::path>& aside, const std::stop_token& stop);

}  // namespace aureacore::sync
