// Console: what a person at the terminal sees of a start: log lines, and below them one line of progress that is
// written over and over. Without a terminal, progress becomes log lines of its own.
//
// Any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "sync/progress.h"

namespace aureacore::server {

class Console {
 public:
  // Whether standard error is a terminal.
  static bool is_terminal();

  Console(const base::Clock& clock, bool terminal) : clock_(clock), terminal_(terminal) {}

  // For base::Log: writes a line above the progress line.
  void write_line(std::string_view line);
  void report(const sync::Progress& progress, const base::Log& log);

 private:
  struct Reading {
    std::size_t done = 0;
    std::size_t total = 0;
  };

  void show(const sync::Progress& progress);
  void log_progress(const sync::Progress& progress, const base::Log& log);
  [[nodiscard]] bool due(bool always);

  const base::Clock& clock_;
  const bool terminal_;
  std::mutex mutex_;
  std::map<std::string, Reading> reading_;  // by source; guarded by mutex_, as is what follows
  bool ready_ = false;                      // the first publication is out: from then on the log says enough
  bool shown_ = false;
  base::SteadyTime last_{};
};

}  // namespace aureacore::server
