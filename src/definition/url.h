// What a URL must look like, by the WHATWG rules as far as they tell a URL from what is none. Pure.
#pragma once

#include <string>
#include <string_view>

namespace aureacore::definition {

// "https" of "https://…"; empty where the text doesn't begin with a scheme and a colon.
std::string_view url_scheme(std::string_view text);

// Whether a browser would take the text for an absolute URL.
bool is_url(std::string_view text);

// Whether following the text would run a script, however it is disguised by spaces, line breaks and case.
bool is_script_url(std::string_view text);

// A path as it stands in a URL: what would end it or be misread is escaped, slashes stay.
std::string encode_path(std::string_view path);

}  // namespace aureacore::definition
