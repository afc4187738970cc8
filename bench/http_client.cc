#include "bench/http_client.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "bench/answer.h"
#include "bench/failure.h"
#include "bench/requests.h"

namespace aureacore::bench {
namespace {

constexpr std::size_t receive_size = 256UL * 1024;

}  // namespace

HttpAnswer HttpClient::get(std::string_view path) { return exchange(http_get(path)); }

HttpAnswer HttpClient::exchange(std::string_view request) {
  while (!request.empty()) {
    const ssize_t sent = ::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL);
    if (sent < 0) give_up_errno("sending a request");
    request.remove_prefix(static_cast<std::size_t>(sent));
  }
  AnswerHead head;
  while ((head = parse_http_head(received_)).framing == Framing::incomplete) receive_more();
  if (head.framing == Framing::broken) give_up("expected an answer, found '{}'", received_.substr(0, 200));
  HttpAnswer answer{.status = head.status, .head = take(head.head_size), .body = {}};
  answer.body = head.framing == Framing::chunked ? take_chunks() : take(head.length);
  return answer;
}

void HttpClient::receive_more() {
  const std::size_t before = received_.size();
  received_.resize(before + receive_size);
  const ssize_t got = ::recv(socket_.get(), received_.data() + before, receive_size, 0);
  if (got < 0) give_up_errno("receiving an answer");
  if (got == 0) give_up("the server closed the connection in the middle of an answer");
  received_.resize(before + static_cast<std::size_t>(got));
}

std::string HttpClient::take(std::size_t count) {
  while (received_.size() < count) receive_more();
  std::string taken = received_.substr(0, count);
  received_.erase(0, count);
  return taken;
}

std::string HttpClient::take_line() {
  std::size_t end = 0;
  while ((end = received_.find('\n')) == std::string::npos) receive_more();
  return take(end + 1);
}

std::string HttpClient::take_chunks() {
  std::string body;
  for (;;) {
    const std::size_t size = std::stoull(take_line(), nullptr, 16);
    body += take(size);
    take(2);
    if (size == 0) return body;
  }
}

}  // namespace aureacore::bench
