// CheckRecord: which commit of a source was served last and when its remote was last checked, kept beside the mirror,
// so that a start without network knows what it serves and how old that is.
//
// A file: its text names branch, commit and position, its modification time is the start of the check. A cache like the
// mirror: a record that is missing or can't be read means that there is nothing to begin with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace aureacore::sync {

struct CheckRecord {
  std::string branch;
  std::string commit;
  std::uint64_t position = 0;
  base::WallTime checked{};
};

// Of what nobody knows when it was seen.
constexpr base::Duration unknown_age = std::chrono::hours(365 * 24);
// Of what was seen then. A time that is still to come says nothing: the clock was set back since.
base::Duration age_of(base::WallTime seen, base::WallTime now);
// Of a commit that says to be made in that second since 1970.
base::Duration age_of_commit(std::int64_t time, base::WallTime now);

std::optional<CheckRecord> read_record(const std::filesystem::path& file);
// Errors: unavailable (the disk).
base::Status write_record(const std::filesystem::path& file, const CheckRecord& record);

}  // namespace aureacore::sync
