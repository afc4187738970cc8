#include "sync/leftovers.h"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>

namespace aureacore::sync {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view mirror_ending = ".git";
constexpr std::string_view record_ending = ".checked";
constexpr std::string_view aside_ending = ".git.set-aside";  // a mirror that is being made anew
constexpr std::string_view gone_ending = ".gone";
constexpr std::size_t hash_digits = 12;

bool is_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// The part that mirror_name() made; empty where the name is none of ours.
std::string_view stem(std::string_view name) {
  for (const std::string_view ending : {mirror_ending, record_ending, aside_ending}) {
    if (!name.ends_with(ending)) continue;
    name.remove_suffix(ending.size());
    const bool ours = name.size() > hash_digits + 1 && name[name.size() - hash_digits - 1] == '-' &&
                      std::ranges::all_of(name.substr(name.size() - hash_digits), is_digit);
    return ours ? name : std::string_view();
  }
  return {};
}

base::WallTime changed(const fs::path& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return base::WallTime::min();
  return base::WallTime(std::chrono::seconds(status.st_mtim.tv_sec));
}

// A check writes the record; where the first one never came to an end, the mirror's own time tells.
base::WallTime last_used(const fs::path& mirrors, std::string_view stem) {
  const std::string name(stem);
  return std::max(changed(mirrors / (name + std::string(mirror_ending))),
                  changed(mirrors / (name + std::string(record_ending))));
}

}  // namespace

std::vector<fs::path> set_leftovers_aside(const fs::path& mirrors, const std::set<std::string, std::less<>>& used,
                                          base::WallTime since) {
  std::vector<fs::path> unused;
  std::vector<fs::path> aside;
  std::error_code error;
  for (fs::directory_iterator at(mirrors, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    const std::string_view found = stem(name);
    if (name.ends_with(gone_ending) && !stem(name.substr(0, name.size() - gone_ending.size())).empty()) {
      aside.push_back(at->path());
    } else if (!found.empty() && !used.contains(found) && last_used(mirrors, found) < since) {
      unused.push_back(at->path());
    }
  }
  for (const fs::path& path : unused) {
    fs::path gone = path;
    gone += gone_ending;
    std::error_code failed;
    fs::rename(path, gone, failed);
    if (!failed) aside.push_back(std::move(gone));
  }
  return aside;
}

void delete_leftovers(const std::vector<fs::path>& aside, const std::stop_token& stop) {
  for (const fs::path& path : aside) {
    if (stop.stop_requested()) return;
    std::error_code error;
    fs::remove_all(path, error);
  }
}

}  // namespace aureacore::sync
