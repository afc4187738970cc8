#include "api/openapi.h"

#include "api/answer.h"
#include "api/endpoints.h"
#include "base/hash.h"

namespace aureacore::api {

void get_openapi(Call& call) {
  const auto hex = base::hash128(openapi_json()).hex();
  const std::string etag = fmt::format("\"{}\"", std::string_view(hex.data(), hex.size()));
  const bool unchanged = matches(call.conditions.if_none_match, etag);
  call.response.start(unchanged ? 304 : 200);
  call.response.header("Content-Type", json_type);
  call.response.header("ETag", etag);
  call.response.header("Date", http_date(call.context().clock.wall()));
  call.response.header("Cache-Control", "max-age=300");
  call.response.send({openapi_json()});
}

}  // namespace aureacore::api
