#include "definition/events.h"

#include <fmt/core.h>

#include <algorithm>
#include <new>

namespace aureacore::definition {
namespace {

std::uint32_t from_one(std::size_t from_zero) { return static_cast<std::uint32_t>(from_zero + 1); }

}  // namespace

entity::Mark mark_of(const yaml_mark_t& mark) { return {.line = from_one(mark.line), .column = from_one(mark.column)}; }

Events::Events(std::string_view text) : text_(text) {
  if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
  yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
}

Events::~Events() {
  yaml_event_delete(&event_);
  yaml_parser_delete(&parser_);
}

const yaml_event_t* Events::next() {
  yaml_event_delete(&event_);
  return yaml_parser_parse(&parser_, &event_) != 0 ? &event_ : nullptr;
}

entity::Mark Events::error_mark() const {
  if (parser_.error != YAML_READER_ERROR) return mark_of(parser_.problem_mark);
  // The reader runs ahead of the scanner and knows only an offset.
  const auto before = text_.substr(0, std::min(parser_.problem_offset, text_.size()));
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {.line = from_one(static_cast<std::size_t>(std::ranges::count(before, '\n'))),
          .column = from_one(before.size() - line_start)};
}

std::string Events::error_message() const {
  const std::string_view problem = parser_.problem != nullptr ? parser_.problem : "not readable";
  if (parser_.error == YAML_READER_ERROR) {
    return fmt::format("expected text, found a byte that YAML doesn't allow (0x{:02X}): {}", parser_.problem_value,
                       problem);
  }
  const bool tab = problem.find("cannot start any token") != std::string_view::npos && parser_.unread > 0 &&
                   *parser_.buffer.pointer == '\t';
  if (tab) return "expected spaces as indentation, found a tab: replace it by spaces";
  if (parser_.context == nullptr) return fmt::format("expected YAML, found a syntax error: {}", problem);
  return fmt::format("expected YAML, found a syntax error: {} ({}, which began on line {})", problem, parser_.context,
                     parser_.context_mark.line + 1);
}

}  // namespace aureacore::definition
