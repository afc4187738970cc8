// Writing JSON into a string: escaping, numbers as JavaScript prints them, and a small writer that puts the commas.
// Reading JSON is simdjson's work.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace aureacore::base {

// Appends text as a JSON string, quotes included. The text must be UTF-8.
void append_json_string(std::string& out, std::string_view text);
// Appends a number in JavaScript's shortest form: 1, 1.5, 1e+21. Not-a-number and the infinities become null.
void append_json_number(std::string& out, double value);

// Writes one JSON value after another with commas where they belong. The caller keeps begins and ends balanced.
//   JsonWriter w(out); w.begin_object(); w.key("a"); w.string("b"); w.end_object();
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  void key(std::string_view name);
  void string(std::string_view text);
  void number(double value);
  void integer(std::int64_t value);
  void boolean(bool value);
  void null();
  // A value that is JSON already.
  void raw(std::string_view json);

  // key + value in one.
  void member(std::string_view name, std::string_view text) { key(name), string(text); }
  void member(std::string_view name, const char* text) { key(name), string(text); }
  void member(std::string_view name, bool value) { key(name), boolean(value); }
  void member(std::string_view name, std::int64_t value) { key(name), integer(value); }

 private:
  void separate();
  void open(char bracket);
  void close(char bracket);

  std::string& out_;
  bool comma_ = false;
};

}  // namespace aureacore::base
