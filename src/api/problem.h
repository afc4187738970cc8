// Problem: an error as clients read it: RFC 9457's members and, under /api/catalog, those of Backstage beside them.
//
// Types are "urn:aureacore:problem:<name>" and stable. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"

namespace aureacore::api {

struct Problem {
  int status = 500;
  std::string_view type;   // "not-found"; behind the common prefix
  std::string_view title;  // the same for every problem of a type
  std::string detail;      // what was expected, what was found, what to do
};

// The problems that are told from more than one place.
Problem bad_request(const base::Error& error);
Problem not_found(std::string detail);
Problem not_ready();
Problem busy();

// What else an answer with a problem carries.
struct ProblemContext {
  std::string_view version;        // the token of the version that was asked; empty: none
  std::string_view label;          // rendered header lines; empty: Date and Cache-Control: no-store are written
  std::string_view date;           // for those
  std::string_view allow;          // 405
  std::optional<int> retry_after;  // seconds
  std::string_view lines = {};     // more header lines, rendered
};

// Writes the whole answer.
void send_problem(const Problem& problem, const ProblemContext& context, const http::Request& request,
                  http::Response& response);

}  // namespace aureacore::api
