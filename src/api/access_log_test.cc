#include "api/access_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/testing.h"

namespace aureacore::api {
namespace {

using ::testing::HasSubstr;
using testing::Instance;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;

using testing::web;
constexpr std::string_view trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

struct Logged : Instance {
  explicit Logged(AccessLog::Mode mode) {
    access.set(mode);
    handler = log_access(make_handler(context, 0), access, kept, clock);
    publish();
  }

  std::string lines;
  base::Log kept{clock, base::Log::Format::text, [this](std::string_view line) { lines += line; }};
  AccessLog access{42};
};

TEST(AccessLog, SaysNothingUnlessItIsTold) {
  const Logged server(AccessLog::Mode::off);
  EXPECT_EQ(server.get(web, {{"x-request-id", "r-1"}}).header("x-request-id"), "");
  EXPECT_THAT(server.lines, IsEmpty());
}

TEST(AccessLog, NamesEachRequestAndItsTrace) {
  const Logged server(AccessLog::Mode::all);
  const auto answer = server.get(web, {{"X-Request-ID", "r-1"}, {"traceparent", std::string(trace)}});
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("x-request-id"), "r-1");
  EXPECT_THAT(server.lines, HasSubstr("request_id=r-1"));
  EXPECT_THAT(server.lines, HasSubstr("status=200"));
  EXPECT_THAT(server.lines, HasSubstr(trace));
  const auto forged = server.get(web, {{"x-request-id", "two words"}});
  EXPECT_THAT(forged.header("x-request-id"), MatchesRegex("[0-9a-f]{32}"));
  EXPECT_THAT(server.lines, Not(HasSubstr("two words")));
}

TEST(AccessLog, NeverShowsATokenOrAQuery) {
  const Logged server(AccessLog::Mode::all);
  static_cast<void>(server.get("/api/v1/search?q=secret", {{"authorization", "Bearer secret"}}));
  EXPECT_THAT(server.lines, HasSubstr("/api/v1/search"));
  EXPECT_THAT(server.lines, Not(HasSubstr("secret")));
}

TEST(AccessLog, KeepsToErrorsWhereItIsTo) {
  const Logged server(AccessLog::Mode::errors);
  static_cast<void>(server.get(web));
  EXPECT_THAT(server.lines, IsEmpty());
  EXPECT_EQ(server.get("/none").status, 404);
  EXPECT_THAT(server.lines, HasSubstr("status=404"));
}

std::string_view id_of(std::string_view value) {
  const http::Header header{"X-Request-ID", value};
  http::Request request;
  request.headers = {&header, 1};
  const std::string_view id = request_id(request);
  return id.empty() ? "" : value;
}

TEST(AccessLog, TakesOverNamesThatAreFitForALog) {
  EXPECT_EQ(id_of("a-B_9.:/+=@~"), "a-B_9.:/+=@~");
  EXPECT_EQ(id_of(std::string(AccessLog::max_id_bytes + 1, 'a')), "");
  for (const char* unfit : {"", "two words", "\"quoted\"", "line\nfeed", "\xc3\xa9"})
    EXPECT_EQ(id_of(unfit), "") << unfit;
}

std::string trace_of(std::string_view value) {
  const http::Header header{"Traceparent", value};
  http::Request request;
  request.headers = {&header, 1};
  return std::string(trace_parent(request));
}

TEST(AccessLog, TakesOverTracesThatAreWellFormed) {
  EXPECT_EQ(trace_of(trace), trace);
  EXPECT_EQ(trace_of("cc" + std::string(trace.substr(2)) + "-more"), "cc" + std::string(trace.substr(2)));
  for (const std::string& wrong :
       std::vector<std::string>{std::string(trace) + "-more", "ff" + std::string(trace.substr(2)),
                                std::string(trace.substr(1)), "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", ""}) {
    EXPECT_EQ(trace_of(wrong), "") << wrong;
  }
}

TEST(AccessLog, MakesAnotherNameEachTime) {
  AccessLog one(1);
  AccessLog other(2);
  const std::string first = one.make_id();
  EXPECT_THAT(first, MatchesRegex("[0-9a-f]{32}"));
  EXPECT_NE(first, one.make_id());
  EXPECT_NE(first, other.make_id());
}

}  // namespace
}  // namespace aureacore::api
