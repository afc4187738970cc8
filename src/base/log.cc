#include "base/log.h"

#include <fmt/chrono.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"

namespace aureacore::base {
namespace {

std::string_view level_name(Log::Level level) {
  switch (level) {
    case Log::Level::debug:
      return "debug";
    case Log::Level::info:
      return "info";
    case Log::Level::warning:
      return "warning";
    case Log::Level::error:
      return "error";
  }
  return "error";
}

void write_to_standard_error(std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    if (written <= 0) return;  // nowhere left to complain
    line.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string timestamp(WallTime now) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()) % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                     milliseconds.count());
}

constexpr std::size_t value_limit = 4096;

std::string text_line(std::string_view time, Log::Level level, std::string_view event,
                      std::initializer_list<Field> fields) {
  std::string line = fmt::format("{} {:<7} {}", time, level_name(level), event);
  for (const Field& field : fields) {
    const std::string value = printable(field.value, value_limit);
    const bool bare = !value.empty() && value.find_first_of(" \"=") == std::string::npos;
    line += fmt::format(" {}=", field.name);
    if (bare) {
      line += value;
    } else {
      append_json_string(line, value);
    }
  }
  return line;
}

std::string json_line(std::string_view time, Log::Level level, std::string_view event,
                      std::initializer_list<Field> fields) {
  std::string line;
  JsonWriter json(line);
  json.begin_object();
  json.member("time", time);
  json.member("level", level_name(level));
  json.member("event", event);
  for (const Field& field : fields) {
    json.key(field.name);
    if (field.quoted) {
      json.string(printable(field.value, value_limit));
    } else {
      json.raw(field.value);
    }
  }
  json.end_object();
  return line;
}

}  // namespace

Log::Log(const Clock& clock, Format format, Sink sink)
    : clock_(clock), format_(format), sink_(sink ? std::move(sink) : write_to_standard_error) {}

void Log::write(Level level, std::string_view event, std::initializer_list<Field> fields) const {
  if (level < threshold_) return;
  const std::string time = timestamp(clock_.wall());
  std::string line =
      format_ == Format::json ? json_line(time, level, event, fields) : text_line(time, level, event, fields);
  line.push_back('\n');
  sink_(line);
}

}  // namespace aureacore::base
