// Routes: which paths and methods there are, and who answers them. The table is static; openapi.json describes every
// row.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/request.h"

namespace aureacore::api {

struct Call;

// What must hold before a route's function is called.
enum class Needs : std::uint8_t {
  nothing,   // answers whatever the state
  snapshot,  // 503 before the first one; the consistency level that the client asks for is settled first
};

// Whether a batch may have it as an operation; of the routes that need a snapshot alone.
enum class InBatch : std::uint8_t { yes, no };

// Who may: see auth::Role. Where nothing is said, who may read.
enum class Access : std::uint8_t {
  open,     // anybody, whatever the configuration says
  metrics,  // who may read, or anybody where the configuration says so
  read,
  refresh,
  admin,
};

struct Route {
  http::Method method;
  std::string_view path;  // "{name}" stands for one segment
  void (*answer)(Call&);
  Needs needs;
  InBatch in_batch = InBatch::yes;
  Access access = Access::read;
};

constexpr std::size_t max_path_parameters = 3;

struct Match {
  static constexpr std::size_t none = ~std::size_t{0};
  std::size_t route = none;                                      // its place in the table
  bool known_path = false;                                       // some method is allowed there
  std::string allow;                                             // which, where `route` is none
  std::array<std::string_view, max_path_parameters> parameters;  // still percent-encoded
};

// A slash at the end makes no difference. HEAD is answered where GET is.
Match match_route(http::Method method, std::string_view path);

const Route& route_at(std::size_t index);
// The number of labels: one for each path of a method, and the last for what matches none.
std::size_t route_count();
// For metrics and for the test of openapi.json: "GET /api/catalog/entities"; "none" for what matches none.
std::string_view route_label(std::size_t index);
// The look-up by name, which has a way of its own.
std::size_t by_name_route();
std::size_t batch_route();
// Whether its answers may take much more than a look-up; the first to be refused where too much is asked at once.
bool is_costly(std::size_t index);

}  // namespace aureacore::api
