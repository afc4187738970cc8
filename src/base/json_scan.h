// Scan: reads JSON that this process rendered itself, straight from the bytes and without a tree.
//
// For slicing and for looking single values up in entities' JSON, where a parser would spend most of its time on what
// nobody asked for. It relies on compact, valid JSON (as base::JsonWriter makes it) and stays within its bounds
// whatever it is given.
#pragma once

#include <string>
#include <string_view>

namespace aureacore::base {

class Scan {
 public:
  explicit Scan(std::string_view json) : rest_(json) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  // The next byte, 0 at the end.
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  // Steps over this byte if it comes next.
  bool skip(char expected);
  // Steps over the value that comes next and gives its bytes; empty on anything else.
  std::string_view value();

 private:
  std::string_view string();
  std::string_view container();

  std::string_view rest_;
};

// The text of a JSON string (quotes included in `json`): a view into it where nothing is escaped, otherwise into
// `scratch`.
std::string_view unescape(std::string_view json, std::string& scratch);

// Calls visit(name, value) for each member of an object, both as they stand in the bytes (the name with its quotes),
// until it returns false.
template <class Visit>
void for_each_member(std::string_view object, const Visit& visit) {
  Scan scan(object);
  if (!scan.skip('{')) return;
  while (scan.peek() == '"') {
    const std::string_view name = scan.value();
    if (!scan.skip(':')) return;
    const std::string_view value = scan.value();
    if (value.empty() || !visit(name, value)) return;
    scan.skip(',');
  }
}

// The same for the items of an array.
template <class Visit>
void for_each_item(std::string_view array, const Visit& visit) {
  Scan scan(array);
  if (!scan.skip('[')) return;
  while (!scan.at_end() && scan.peek() != ']') {
    const std::string_view item = scan.value();
    if (item.empty() || !visit(item)) return;
    scan.skip(',');
  }
}

}  // namespace aureacore::base
