// The OpenAPI description of every route, as it stands in openapi.json; made a part of the program when it is built.
#pragma once

#include <string_view>

namespace aureacore::api {

std::string_view openapi_json();

}  // namespace aureacore::api
