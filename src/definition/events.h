// libyaml's event parser as an object: owns the parser and the event at hand.
#pragma once

#include <yaml.h>

#include <string>
#include <string_view>

#include "entity/diagnostic.h"

namespace aureacore::definition {

// libyaml counts from 0, people from 1.
entity::Mark mark_of(const yaml_mark_t& mark);

class Events {
 public:
  // The text must be UTF-8 and outlive the object.
  explicit Events(std::string_view text);
  ~Events();
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  // The next event, valid until the next call; null on a syntax error, after which there are no more.
  const yaml_event_t* next();

  [[nodiscard]] entity::Mark error_mark() const;
  [[nodiscard]] std::string error_message() const;

 private:
  std::string_view text_;
  yaml_parser_t parser_{};
  yaml_event_t event_{};
};

}  // namespace aureacore::definition
