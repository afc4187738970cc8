#include "redis/command.h"

#include <fmt/format.h>

#include <iterator>

#include "redis/slot.h"

namespace aureacore::redis {

void Command::write_to(std::string& out) const {
  fmt::format_to(std::back_inserter(out), "*{}\r\n", arguments_);
  out += body_;
}

void Command::add_key(std::string_view key) {
  if (!slot_) slot_ = slot_of(key);
  append(key);
}

void Command::append(std::string_view argument) {
  ++arguments_;
  fmt::format_to(std::back_inserter(body_), "${}\r\n", argument.size());
  body_.append(argument).append("\r\n");
}

}  // namespace aureacore::redis
