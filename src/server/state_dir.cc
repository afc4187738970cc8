#include "server/state_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace aureacore::server {
namespace {

using base::Code;

base::Status make(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory.parent_path(), error);
  if (::mkdir(directory.c_str(), 0700) == 0) return {};
  if (errno == EEXIST && std::filesystem::is_directory(directory, error)) return {};
  return base::fail(Code::unavailable, "expected to make the state directory {}, found: {}", directory.string(),
                    std::generic_category().message(errno));
}

}  // namespace

base::Result<StateDir> StateDir::open(const std::filesystem::path& directory) {
  if (auto made = make(directory); !made) return std::unexpected(made.error());
  const auto file = directory / "lock";
  const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0) {
    return base::fail(Code::unavailable, "expected to open {}, found: {}", file.string(),
                      std::generic_category().message(errno));
  }
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(lock);
    if (error == EWOULDBLOCK) {
      return base::fail(Code::unavailable,
                        "expected a state directory of its own, found {} in use by another process: stop that one, or "
                        "give another with --state-dir",
                        directory.string());
    }
    return base::fail(Code::unavailable, "locking {}: {}", file.string(), std::generic_category().message(error));
  }
  return StateDir(directory, lock);
}

StateDir::StateDir(StateDir&& other) noexcept
    : directory_(std::move(other.directory_)), lock_(std::exchange(other.lock_, -1)) {}

StateDir::~StateDir() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace aureacore::server
