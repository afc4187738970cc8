// git over HTTP for tests: one request per connection, answered by `git http-backend`; what goes wrong is the test's to
// choose.
#pragma once

#include <cstdlib>
#include <functional>
#include <string>

#include "base/text.h"
#include "git/process.h"
#include "git/test_server.h"

namespace aureacore::git {

struct TestRequest {
  std::string method;
  std::string path;
  std::string query;
  std::string head;
  std::string body;

  [[nodiscard]] std::string header(std::string_view name) const {
    for (const std::string_view line : base::split(head, '\n')) {
      const std::size_t colon = line.find(':');
      if (colon == std::string_view::npos || !base::equal_ignoring_case(line.substr(0, colon), name)) continue;
      const std::string_view value = base::trim(line.substr(colon + 1));
      return std::string(value.substr(0, value.find('\r')));
    }
    return {};
  }
};

inline TestRequest read_request(int connection) {
  std::string text;
  std::string buffer(4096, '\0');
  std::size_t head = std::string::npos;
  TestRequest request;
  while (true) {
    head = text.find("\r\n\r\n");
    if (head != std::string::npos) {
      request.head = text.substr(0, head);
      const auto length = base::parse_number(request.header("Content-Length")).value_or(0);
      if (text.size() >= head + 4 + length) break;
    }
    const ssize_t count = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (count <= 0) return {};
    text.append(buffer, 0, static_cast<std::size_t>(count));
  }
  request.body = text.substr(head + 4);
  const std::size_t space = text.find(' ');
  const std::string target = text.substr(space + 1, text.find(' ', space + 1) - space - 1);
  request.method = text.substr(0, space);
  request.path = target.substr(0, target.find('?'));
  request.query = target.contains('?') ? target.substr(target.find('?') + 1) : "";
  return request;
}

// The answer of git http-backend for the repositories below `root`.
inline std::string answer_request(const TestRequest& request, const std::string& root) {
  const char* search = std::getenv("PATH");
  const auto outcome =
      run({.arguments = {"git", "http-backend"},
           .environment = {std::string("PATH=") + (search == nullptr ? "/usr/bin:/bin" : search),
                           "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_HTTP_EXPORT_ALL=1",
                           "GIT_PROJECT_ROOT=" + root, "REQUEST_METHOD=" + request.method, "PATH_INFO=" + request.path,
                           "QUERY_STRING=" + request.query, "CONTENT_TYPE=" + request.header("Content-Type"),
                           "CONTENT_LENGTH=" + std::to_string(request.body.size()),
                           "HTTP_CONTENT_ENCODING=" + request.header("Content-Encoding"),
                           "GIT_PROTOCOL=" + request.header("Git-Protocol")},
           .input = request.body});
  if (!outcome) return "HTTP/1.1 500 Failed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  const std::size_t end = outcome->output.find("\r\n\r\n");
  const std::string head = outcome->output.substr(0, end);
  const std::string body = outcome->output.substr(end + 4);
  std::string status = "200 OK";
  if (head.starts_with("Status: ")) status = head.substr(8, head.find('\r') - 8);
  return "HTTP/1.1 " + status + "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         head + "\r\n\r\n" + body;
}

}  // namespace aureacore::git
