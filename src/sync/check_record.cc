#include "sync/check_record.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "git/object_id.h"

namespace aureacore::sync {
namespace {

base::Status set_time(const std::filesystem::path& file, base::WallTime time) {
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
  const timespec at{.tv_sec = nanoseconds / 1'000'000'000, .tv_nsec = nanoseconds % 1'000'000'000};
  const timespec times[2] = {at, at};  // NOLINT(modernize-avoid-c-arrays): utimensat's
  if (::utimensat(AT_FDCWD, file.c_str(), times, 0) == 0) return {};
  return base::fail(base::Code::unavailable, "setting the time of {}: {}", file.string(), std::strerror(errno));
}

std::optional<base::WallTime> time_of(const std::filesystem::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  const auto time = std::chrono::seconds(status.st_mtim.tv_sec) + std::chrono::nanoseconds(status.st_mtim.tv_nsec);
  return base::WallTime(std::chrono::duration_cast<base::WallTime::duration>(time));
}

}  // namespace

base::Duration age_of(base::WallTime seen, base::WallTime now) {
  return seen > now ? unknown_age : std::chrono::duration_cast<base::Duration>(now - seen);
}

base::Duration age_of_commit(std::int64_t time, base::WallTime now) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  if (time > seconds) return unknown_age;
  return age_of(base::WallTime(std::chrono::seconds(std::max<std::int64_t>(time, 0))), now);
}

std::optional<CheckRecord> read_record(const std::filesystem::path& file) {
  std::ifstream in(file);
  CheckRecord record;
  std::string position;
  if (!std::getline(in, record.branch) || !std::getline(in, record.commit) || !std::getline(in, position)) {
    return std::nullopt;
  }
  const auto number = base::parse_number(position);
  const auto checked = time_of(file);
  if (record.branch.empty() || !git::is_object_id(record.commit) || !number || !checked) return std::nullopt;
  record.position = *number;
  record.checked = *checked;
  return record;
}

base::Status write_record(const std::filesystem::path& file, const CheckRecord& record) {
  auto fresh = file;
  fresh += ".new";
  {
    std::ofstream out(fresh, std::ios::trunc);
    out << record.branch << '\n' << record.commit << '\n' << record.position << '\n';
    if (!out.flush()) return base::fail(base::Code::unavailable, "writing {} failed", fresh.string());
  }
  if (auto set = set_time(fresh, record.checked); !set) return set;
  std::error_code error;
  std::filesystem::rename(fresh, file, error);
  if (error) return base::fail(base::Code::unavailable, "renaming {}: {}", fresh.string(), error.message());
  return {};
}

}  // namespace aureacore::sync
