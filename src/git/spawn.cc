#include "git/spawn.h"

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>
#include <thread>

#include "base/text.h"

namespace aureacore::git {
namespace {

// What makes look-ups go first while git still gets on. SCHED_BATCH: a child that wakes up never interrupts a look-up
// thread in its slice. Niceness 10: where all processors are busy, a child's weight is about a tenth of a look-up
// thread's – small enough not to show in latencies, large enough that a refresh of 15 ms takes a fraction of a second.
// SCHED_IDLE and niceness 19 (a sixtieth and less) would let a busy server starve the refreshes that keep it fresh.
constexpr int child_policy = SCHED_BATCH;
constexpr int child_niceness = 10;

constexpr int first_closed_descriptor = 3;

class Actions {
 public:
  Actions() { ::posix_spawn_file_actions_init(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }

  // 0, or the number of the first error.
  int prepare(const Command& command, const Streams& streams) {
    const std::string directory = command.directory.empty() ? "/" : command.directory;
    int error = streams.input < 0
                    ? ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
                    : ::posix_spawn_file_actions_adddup2(&actions_, streams.input, STDIN_FILENO);
    if (error == 0) error = ::posix_spawn_file_actions_adddup2(&actions_, streams.output, STDOUT_FILENO);
    if (error == 0) error = ::posix_spawn_file_actions_adddup2(&actions_, streams.errors, STDERR_FILENO);
    if (error == 0) error = ::posix_spawn_file_actions_addclosefrom_np(&actions_, first_closed_descriptor);
    if (error == 0) error = ::posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());
    return error;
  }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

class Attributes {
 public:
  Attributes() { ::posix_spawnattr_init(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }

  // A group of its own, and no signal blocked or ignored (we may ignore SIGPIPE; git counts on it).
  int prepare() {
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    constexpr int flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    return ::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
  }
  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

// After the start, since glibc's spawn attributes know neither niceness nor SCHED_BATCH; what the child starts inherits
// both.
void give_way(pid_t id) {
  const sched_param parameter{};
  ::sched_setscheduler(id, child_policy, &parameter);
  ::setpriority(PRIO_PGRP, static_cast<id_t>(id), child_niceness);
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  // execve takes pointers to non-const for historical reasons and writes nothing.
  for (const std::string& text : texts) {
    result.push_back(const_cast<char*>(text.c_str()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  }
  result.push_back(nullptr);
  return result;
}

bool holds_nul(const std::vector<std::string>& texts) {
  return std::ranges::any_of(texts, [](const std::string& text) { return text.contains('\0'); });
}

// A killed grandchild ends a moment later, and is its new parent's to reap: until then it may still be writing.
// Bounded, since a parent that doesn't reap must not hold us up.
void wait_until_gone(pid_t group) {
  constexpr int attempts = 100;
  for (int attempt = 0; attempt < attempts && ::kill(-group, 0) == 0; ++attempt) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace

Child::~Child() {
  if (id_ > 0) finish();
}

int Child::finish() {
  // The child isn't reaped yet, so its id, which is the group's, can't have been given to another.
  ::kill(-id_, SIGKILL);
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
  }
  // Where we are process 1 (a container), killed grandchildren are ours to reap.
  while (::waitpid(-id_, nullptr, 0) > 0) {
  }
  wait_until_gone(id_);
  id_ = -1;
  constexpr int signal_base = 128;
  return WIFEXITED(status) ? WEXITSTATUS(status) : signal_base + WTERMSIG(status);
}

base::Result<Child> spawn(const Command& command, const Streams& streams) {
  const auto failed = [&](int error) {
    return base::fail(base::Code::unavailable, "can't start {}: {}",
                      base::printable(command.arguments.empty() ? "" : command.arguments[0]),
                      std::generic_category().message(error));
  };
  if (command.arguments.empty() || holds_nul(command.arguments) || holds_nul(command.environment))
    return failed(EINVAL);
  Actions actions;
  Attributes attributes;
  if (const int error = actions.prepare(command, streams); error != 0) return failed(error);
  if (const int error = attributes.prepare(); error != 0) return failed(error);
  const std::vector<char*> arguments = pointers(command.arguments);
  const std::vector<char*> environment = pointers(command.environment);
  pid_t id = -1;
  const int error =
      ::posix_spawnp(&id, arguments[0], actions.get(), attributes.get(), arguments.data(), environment.data());
  if (error != 0) return failed(error);
  give_way(id);
  // By number: glibc 2.36 declares the function with C++ linkage and defines it with C's.
  Child child(id, base::Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, id, 0U))));
  if (child.watcher() < 0) return failed(errno);
  return child;
}

}  // namespace aureacore::git
