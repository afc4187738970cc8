// Structured logging: one line per event on standard error, as text for people or as JSON for machines.
//
//   log.info("fetched", {{"source", id}, {"commit", commit}, {"files", 12}});
//
// Thread safe: a line is one write(2). Secrets are the caller's to keep out; values are escaped, so no input can forge
// a line.
#pragma once

#include <fmt/core.h>

#include <concepts>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace aureacore::base {

struct Field {
  template <class T>
  Field(std::string_view field, const T& v)
      : name(field), value(fmt::format("{}", v)), quoted(!std::is_arithmetic_v<T>) {}

  std::string_view name;
  std::string value;
  bool quoted;
};

class Log {
 public:
  enum class Format { text, json };
  enum class Level { debug, info, warning, error };
  using Sink = std::function<void(std::string_view line)>;

  // Without a sink, lines go to standard error.
  explicit Log(const Clock& clock, Format format = Format::text, Sink sink = {});

  void debug(std::string_view event, std::initializer_list<Field> fields = {}) const {
    write(Level::debug, event, fields);
  }
  void info(std::string_view event, std::initializer_list<Field> fields = {}) const {
    write(Level::info, event, fields);
  }
  void warning(std::string_view event, std::initializer_list<Field> fields = {}) const {
    write(Level::warning, event, fields);
  }
  void error(std::string_view event, std::initializer_list<Field> fields = {}) const {
    write(Level::error, event, fields);
  }

  // Lines below this level are dropped (default: info).
  void set_threshold(Level level) { threshold_ = level; }

 private:
  void write(Level level, std::string_view event, std::initializer_list<Field> fields) const;

  const Clock& clock_;
  Format format_;
  Sink sink_;
  Level threshold_ = Level::info;
};

}  // namespace aureacore::base
