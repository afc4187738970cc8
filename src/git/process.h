// Runs a program with an argument vector in a process group of its own, under a deadline.
//
// No shell. The environment is exactly what is given; of our file descriptors the child gets its three standard streams
// alone. When the deadline passes, a stop is asked for, a limit is hit or the watch objects, the whole group is killed
// and reaped before the call returns; what a program leaves behind in its group when it ends is killed too. Blocking;
// any thread. Children run at low priority so that look-ups go first.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace aureacore::git {

struct Command {
  std::vector<std::string> arguments;    // [0] is the program, found on our own PATH
  std::vector<std::string> environment;  // "NAME=value"
  std::string input;                     // for standard input
  std::string directory;                 // working directory; empty: "/"
  base::Duration deadline = std::chrono::seconds(60);
  std::size_t output_limit = 16 << 20;  // bytes, of standard output; standard error is cut at 64 KiB
  // Asked now and then while the program runs; an error kills it and is the call's answer.
  std::function<base::Status()> watch;
};

struct Outcome {
  int status = 0;  // the exit status; 128 + the signal's number where one ended it
  std::string output;
  std::string errors;
};

// Errors: timeout (deadline or stop), too_large (output), unavailable (can't be started), and Outcome.status for the
// rest.
base::Result<Outcome> run(const Command& command, const std::stop_token& stop = {});

}  // namespace aureacore::git
