#include "http/request.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace aureacore::http {

namespace {

struct KnownMethod {
  std::string_view name;
  Method method;
};

constexpr std::array known_methods = {KnownMethod{"GET", Method::get},        KnownMethod{"HEAD", Method::head},
                                      KnownMethod{"POST", Method::post},      KnownMethod{"PUT", Method::put},
                                      KnownMethod{"DELETE", Method::delete_}, KnownMethod{"OPTIONS", Method::options},
                                      KnownMethod{"PATCH", Method::patch}};

// The first part of `text` up to the separator, which is taken from it.
std::string_view take(std::string_view& text, char separator) {
  const auto at = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return base::trim(part);
}

// RFC 9110's qvalue: 0 or 1 with up to three decimals. Whether it is well formed and above zero.
bool is_positive_weight(std::string_view text) {
  const bool starts = text.starts_with('0') || text.starts_with('1');
  if (!starts || text.size() > 5 || (text.size() > 1 && text[1] != '.')) return false;
  const std::string_view decimals = text.substr(std::min<std::size_t>(2, text.size()));
  if (!std::ranges::all_of(decimals, [](char c) { return c >= '0' && c <= '9'; })) return false;
  const bool any = std::ranges::any_of(decimals, [](char c) { return c != '0'; });
  return (text[0] == '1') != any;
}

// Whether the parameters behind a coding leave it acceptable.
bool is_accepted(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = take(parameters, ';');
    if (parameter.size() < 2 || base::lower(parameter[0]) != 'q' || parameter[1] != '=') continue;
    return is_positive_weight(parameter.substr(2));
  }
  return true;
}

}  // namespace

Method method_of(std::string_view name) {
  for (const auto& known : known_methods) {
    if (known.name == name) return known.method;
  }
  return Method::other;
}

std::string_view Request::header(std::string_view name) const {
  for (const Header& field : headers) {
    if (field.name.size() != name.size() || !base::equal_ignoring_case(field.name, name)) continue;
    return field.value;
  }
  return {};
}

bool accepts_gzip(const Request& request) {
  bool any = false;
  for (const Header& field : request.headers) {
    if (!base::equal_ignoring_case(field.name, "Accept-Encoding")) continue;
    std::string_view list = field.value;
    while (!list.empty()) {
      std::string_view element = take(list, ',');
      const std::string_view coding = take(element, ';');
      // gzip by its name decides; "*" stands for it only where it isn't named.
      if (base::equal_ignoring_case(coding, "gzip") || base::equal_ignoring_case(coding, "x-gzip")) {
        return is_accepted(element);
      }
      if (coding == "*") any = is_accepted(element);
    }
  }
  return any;
}

}  // namespace aureacore::http
