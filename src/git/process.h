// Runs a program with an argument vector in a process group of its own, under a deadline.
//
// No shell. The environment is exactly what is given. When the deadline passes or the output limit is hit, the whole group is
// killed and reaped before the call returns. Blocking; any thread. Children run at low priority so that look-ups go first.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace aureacore::git {

struct Command {
  std::vector<std::string> arguments;    // [0] is the program, found on PATH
  std::vector<std::string> environment;  // "NAME=value"
  std::string input;                     // for standard input
  std::string directory;                 // working directory; empty: "/"
  base::Duration deadline = std::chrono::seconds(60);
  std::size_t output_limit = 16 << 20;  // bytes, of standard output; standard error is cut at 64 KiB
};

struct Outcome {
  int status = 0;  // the exit status
  std::string output;
  std::string errors;
};

// Errors: timeout (deadline or stop), too_large (output), unavailable (can't be started), and Outcome.status for the rest.
base::Result<Outcome> run(const Command& command, std::stop_token stop = {});

}  // namespace aureacore::git
