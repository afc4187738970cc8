// Body: a request's JSON object, and its members as values. Views are valid until the worker parses something else.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/worker.h"
#include "base/result.h"

namespace simdjson::dom {
class element;  // NOLINT(readability-identifier-naming): theirs
}

namespace aureacore::api {

class Body {
 public:
  // An empty body is an empty object. Error: invalid.
  static base::Result<Body> read(Call& call);

  // A member that is missing or null gives an empty value; one of another type is an error that names it.
  [[nodiscard]] base::Result<std::optional<std::string>> string(std::string_view name) const;
  [[nodiscard]] base::Result<std::optional<std::size_t>> number(std::string_view name) const;
  [[nodiscard]] base::Result<std::vector<std::string>> strings(std::string_view name) const;
  // A member as compact JSON; empty where there is none.
  [[nodiscard]] std::string json(std::string_view name) const;
  // The array's items without copying them. Error as above, also where it is missing; `Code::too_large` beyond `limit`.
  [[nodiscard]] base::Status visit_strings(std::string_view name, std::size_t limit,
                                           const std::function<void(std::string_view)>& visit) const;
  // The member itself for what is read by hand; null where there is none.
  [[nodiscard]] bool find(std::string_view name, simdjson::dom::element& out) const;

 private:
  explicit Body(const simdjson::dom::element* root) : root_(root) {}

  const simdjson::dom::element* root_;  // null: an empty object
};

}  // namespace aureacore::api
