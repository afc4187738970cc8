#include "server/console.h"

#include <unistd.h>

namespace aureacore::server {
namespace {

using Stage = sync::Progress::Stage;

constexpr base::Duration redraw_every = std::chrono::milliseconds(100);
constexpr base::Duration log_every = std::chrono::seconds(2);
constexpr std::string_view erase_line = "\r\x1b[K";

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;  // nowhere left to complain
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string describe(const sync::Progress& progress, std::size_t done, std::size_t total) {
  switch (progress.stage) {
    case Stage::fetching:
      return fmt::format("fetching {} …", progress.source);
    case Stage::fetched:
      return fmt::format("fetched {} in {:.1f} s", progress.source, base::in_seconds(progress.took));
    case Stage::reading:
      return fmt::format("read {} of {} files", done, total);
    case Stage::read:
      return fmt::format("read {} files of {} in {:.1f} s", progress.done, progress.source,
                         base::in_seconds(progress.took));
    case Stage::indexing:
      return fmt::format("indexing {} definitions …", progress.total);
    case Stage::published:
      break;
  }
  return fmt::format("indexed {} entities in {:.1f} s", progress.done, base::in_seconds(progress.took));
}

}  // namespace

bool Console::is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

void Console::write_line(std::string_view line) {
  const std::scoped_lock lock(mutex_);
  if (!shown_) return write_all(line);
  shown_ = false;
  write_all(std::string(erase_line).append(line));
}

void Console::report(const sync::Progress& progress, const base::Log& log) {
  if (terminal_) {
    show(progress);
  } else {
    log_progress(progress, log);
  }
}

bool Console::due(bool always) {
  const auto now = clock_.steady();
  if (!always && now - last_ < (terminal_ ? redraw_every : log_every)) return false;
  last_ = now;
  return true;
}

void Console::show(const sync::Progress& progress) {
  const std::scoped_lock lock(mutex_);
  if (ready_) return;
  if (progress.stage == Stage::reading) reading_[progress.source] = {progress.done, progress.total};
  if (!due(progress.stage != Stage::reading)) return;
  Reading sum;
  for (const auto& [source, reading] : reading_) {
    sum.done += reading.done;
    sum.total += reading.total;
  }
  write_all(std::string(erase_line).append(describe(progress, sum.done, sum.total)));
  shown_ = true;
  if (progress.stage != Stage::published) return;
  write_all("\n");
  shown_ = false;
  ready_ = true;
}

void Console::log_progress(const sync::Progress& progress, const base::Log& log) {
  {
    const std::scoped_lock lock(mutex_);
    const bool ended = progress.stage != Stage::reading;
    if (ready_ || !due(ended)) return;
    ready_ = progress.stage == Stage::published;
  }
  // Outside the lock: the log's line comes back to write_line().
  log.info(describe(progress, progress.done, progress.total));
}

}  // namespace aureacore::server
