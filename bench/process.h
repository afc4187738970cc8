// Processes that a benchmark starts and looks at.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace aureacore::bench {

// CPU time of a process with all its threads, ended ones included, in seconds to the nanosecond.
double cpu_seconds(pid_t pid);
double own_thread_cpu_seconds();

// Resident memory now and at its highest, in bytes.
std::uint64_t resident_bytes(pid_t pid);
std::uint64_t peak_resident_bytes(pid_t pid);

// Binds the calling thread to these cores.
void pin_this_thread(const std::vector<int>& cpus);
int cpu_count();

struct Command {
  std::vector<std::string> arguments;  // the program is the first
  std::vector<int> cpus;               // empty: any
  std::string log;                     // file for stdout and stderr; empty: ours
  std::string input;                   // file for stdin; empty: /dev/null
};

// A running child. It is sent SIGTERM, and after a moment SIGKILL, when this goes away; the kernel kills it should we
// die first, however that comes about. Start children from the main thread only: the kernel watches the thread.
class Child {
 public:
  Child() = default;
  explicit Child(Command command);
  ~Child();
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  // Whether it still runs; says how it ended in `ending` where not.
  bool running(std::string& ending);
  // Ends it and waits for that.
  void stop();
  // Waits for its own end; throws Failure unless it exits with 0.
  void wait_success(const std::string& what);

 private:
  bool reap(std::chrono::milliseconds limit);

  pid_t pid_ = 0;
  int status_ = 0;
};

// Runs a program to its end; throws Failure with its output where it fails. Answers what it wrote.
std::string run_program(const std::vector<std::string>& arguments, const std::string& input_file = {});

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& content);

// A TCP port of the loopback that is free now.
std::uint16_t free_port();

}  // namespace aureacore::bench
