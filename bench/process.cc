#include "bench/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include "bench/failure.h"
#include "bench/socket.h"

namespace aureacore::bench {
namespace {

constexpr std::chrono::milliseconds term_limit{10'000};
constexpr std::chrono::milliseconds kill_limit{10'000};
constexpr std::chrono::milliseconds reap_interval{2};
constexpr int exec_failed = 127;

double seconds_of(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) != 0) give_up_errno("clock_gettime");
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// A line such as "VmRSS:   12345 b" of /proc/PID/status, in bytes.
std::uint64_t status_bytes(pid_t pid, std::string_view field) {
  std::ifstream status(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field)) return std::stoull(line.substr(field.size() + 1)) * 1024;
  }
  give_up("/proc/{}/status: expected a line {}", pid, field);
}

cpu_set_t cpu_set(const std::vector<int>& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) CPU_SET(cpu, &set);
  return set;
}

void redirect(const char* path, int flags, int target) {
  const int file = ::open(path, flags, 0644);
  if (file < 0 || ::dup2(file, target) < 0) ::_exit(exec_failed);
  ::close(file);
}

// In the child, between fork and exec.
[[noreturn]] void become(const Command& command, char* const* arguments, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(exec_failed);
  redirect(command.input.empty() ? "/dev/null" : command.input.c_str(), O_RDONLY, STDIN_FILENO);
  if (!command.log.empty()) {
    redirect(command.log.c_str(), O_WRONLY | O_CREAT | O_APPEND, STDOUT_FILENO);
    ::dup2(STDOUT_FILENO, STDERR_FILENO);
  }
  if (!command.cpus.empty()) {
    const cpu_set_t set = cpu_set(command.cpus);
    ::sched_setaffinity(0, sizeof set, &set);
  }
  ::execvp(arguments[0], arguments);
  ::_exit(exec_failed);
}

pid_t spawn(Command& command) {
  std::vector<char*> arguments;
  arguments.reserve(command.arguments.size() + 1);
  for (std::string& argument : command.arguments) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) give_up_errno("fork");
  if (pid == 0) become(command, arguments.data(), parent);
  return pid;
}

std::string describe(int status) {
  if (WIFSIGNALED(status)) return fmt::format("was ended by signal {}", WTERMSIG(status));
  return fmt::format("exited with {}", WEXITSTATUS(status));
}

}  // namespace

double cpu_seconds(pid_t pid) {
  clockid_t clock{};
  if (const int error = clock_getcpuclockid(pid, &clock); error != 0) {
    errno = error;
    give_up_errno(fmt::format("the CPU time of process {}", pid));
  }
  return seconds_of(clock);
}

double own_thread_cpu_seconds() { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }

std::uint64_t resident_bytes(pid_t pid) { return status_bytes(pid, "VmRSS:"); }
std::uint64_t peak_resident_bytes(pid_t pid) { return status_bytes(pid, "VmHWM:"); }

void pin_this_thread(const std::vector<int>& cpus) {
  const cpu_set_t set = cpu_set(cpus);
  if (::sched_setaffinity(0, sizeof set, &set) != 0) give_up_errno("binding a thread to its core");
}

int cpu_count() { return static_cast<int>(std::thread::hardware_concurrency()); }

Child::Child(Command command) : pid_(spawn(command)) {}

Child::~Child() { stop(); }

Child::Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)), status_(other.status_) {}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(status_, other.status_);
  return *this;
}

bool Child::reap(std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (::waitpid(pid_, &status_, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(reap_interval);
  }
  pid_ = 0;
  return true;
}

bool Child::running(std::string& ending) {
  if (pid_ != 0 && !reap(std::chrono::milliseconds(0))) return true;
  ending = describe(status_);
  return false;
}

void Child::stop() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGTERM);
  if (reap(term_limit)) return;
  ::kill(pid_, SIGKILL);
  reap(kill_limit);
}

void Child::wait_success(const std::string& what) {
  while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  if (status_ != 0) give_up("{} {}", what, describe(status_));
}

std::string run_program(const std::vector<std::string>& arguments, const std::string& input_file) {
  std::array<char, 32> name{"/tmp/aureacore-bench-XXXXXX"};
  const int file = ::mkstemp(name.data());
  if (file < 0) give_up_errno("mkstemp");
  ::close(file);
  Child child({.arguments = arguments, .cpus = {}, .log = name.data(), .input = input_file});
  std::string problem;
  try {
    child.wait_success(arguments[0]);
  } catch (const Failure& failure) {
    problem = failure.what();
  }
  std::string output = read_file(name.data());
  ::unlink(name.data());
  if (!problem.empty()) give_up("{}: {}", problem, output);
  return output;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) give_up("expected a readable file: {}", path);
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

void write_file(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  if (!file.flush()) give_up("writing {} failed", path);
}

std::uint16_t free_port() {
  const Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), generic, size) != 0 || ::getsockname(socket.get(), generic, &size) != 0) {
    give_up_errno("looking for a free port");
  }
  return ntohs(address.sin_port);
}

}  // namespace aureacore::bench
