#include "bench/load_run.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "bench/answer.h"
#include "bench/failure.h"
#include "bench/histogram.h"
#include "bench/process.h"
#include "bench/socket.h"

namespace aureacore::bench {
namespace {

using Nanoseconds = std::uint64_t;

constexpr Nanoseconds one_second = 1'000'000'000;
constexpr Nanoseconds stall_limit = 10 * one_second;
constexpr int idle_tick_milliseconds = 100;
// An open loop sleeps only where the next request is further away than this: waking up takes about as long.
constexpr Nanoseconds spin_below = 2'000'000;
// What a turn of an open loop takes at most: itself, and each request or event in it. Longer, and the load was not running.
constexpr Nanoseconds longest_turn = 50'000;
constexpr Nanoseconds longest_step = 20'000;
constexpr std::size_t receive_size = 128UL * 1024;
// A connection whose answers have bodies above this reads the head alone and has the kernel drop the rest uncopied.
constexpr std::uint64_t large_body = 16UL * 1024;
constexpr std::size_t head_receive_size = 2048;
constexpr std::size_t max_head = 8192;
constexpr std::size_t max_chunk_line = 64;
constexpr int max_events = 64;

Nanoseconds now() {
  return static_cast<Nanoseconds>(std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1));
}

Nanoseconds nanoseconds(double seconds) { return static_cast<Nanoseconds>(seconds * 1e9); }

// splitmix64: every seed is good, and it costs a nanosecond.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t limit) {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    mixed ^= mixed >> 31U;
    return ((mixed >> 32U) * limit) >> 32U;
  }

 private:
  std::uint64_t state_;
};

enum class Reading : std::uint8_t { head, body, chunk_line, chunk, last_chunk };

struct Connection {
  Socket socket;
  // Sending.
  std::unique_ptr<char[]> out;
  std::size_t out_size = 0;
  std::size_t out_sent = 0;
  // What was asked, in order; the answers come in the same.
  std::array<std::uint32_t, max_pipeline> asked{};
  int asked_count = 0;
  int answered = 0;
  Nanoseconds start = 0;
  bool excused = false;  // the load itself stalled meanwhile
  // Receiving.
  Reading reading = Reading::head;
  int status = 0;
  std::uint64_t skip = 0;         // bytes of the body or chunk still to come
  std::uint64_t body_length = 0;  // of the answer being read
  bool large = false;             // whether it is worth not to copy it
  std::size_t kept = 0;           // bytes of a head that has not arrived whole
  std::array<char, max_head> partial{};

  [[nodiscard]] bool idle() const { return answered == asked_count; }
};

class Run {
 public:
  Run(const LoadOptions& options, const Requests& requests);
  LoadResult run();

 private:
  void open_connection(Connection& connection);
  void send_batch(Connection& connection, Nanoseconds start);
  void flush(Connection& connection);
  void on_event(Connection& connection, std::uint32_t events);
  void receive(Connection& connection);
  bool drop_body(Connection& connection);
  void consume(Connection& connection, std::string_view bytes);
  std::string_view read_head(Connection& connection, std::string_view bytes);
  std::string_view read_body(Connection& connection, std::string_view bytes);
  std::string_view read_chunk_line(Connection& connection, std::string_view bytes);
  std::string_view keep(Connection& connection, std::string_view bytes);
  void complete(Connection& connection);
  void check(const Connection& connection, std::size_t request);
  void ask_again(Connection& connection);

  void begin_measuring();
  void advance();
  void send_due();
  void notice_stall(int waited_milliseconds);
  [[nodiscard]] int wait_milliseconds() const;
  LoadResult result();

  const LoadOptions& options_;
  const Requests& requests_;
  Random random_;
  int epoll_ = -1;
  Socket epoll_owner_;
  std::vector<Connection> connections_;
  std::unique_ptr<char[]> buffer_ = std::make_unique<char[]>(max_head + receive_size);
  std::vector<Connection*> idle_;  // open loop: a ring of who is free, first come first served
  std::size_t idle_first_ = 0;
  std::size_t idle_count_ = 0;

  Nanoseconds now_ = 0;
  Nanoseconds due_ = 0;
  Nanoseconds interval_ = 0;
  Nanoseconds last_answer_ = 0;
  Nanoseconds turn_ = 0;  // when the last one was about to be handled
  Nanoseconds work_ = 0;  // requests and events since
  Nanoseconds begin_ = 0;
  Nanoseconds end_ = 0;
  bool measuring_ = false;
  bool done_ = false;

  Histogram latencies_;
  LoadResult result_;
};

Run::Run(const LoadOptions& options, const Requests& requests)
    : options_(options),
      requests_(requests),
      random_(options.seed),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      epoll_owner_(epoll_),
      connections_(static_cast<std::size_t>(options.connections)) {
  if (epoll_ < 0) give_up_errno("epoll_create1");
  if (requests.size() == 0) give_up("expected at least one request to send, found none");
  if (options.pipeline < 1 || options.pipeline > max_pipeline) {
    give_up("expected a pipeline of 1 to {}, found {}", max_pipeline, options.pipeline);
  }
  if (options.connections < 1) give_up("expected at least one connection, found {}", options.connections);
  if (options.rate > 0 && options.pipeline != 1) give_up("a fixed rate takes one request at a time per connection");
  if (options.rate > 0) interval_ = std::max<Nanoseconds>(1, nanoseconds(1 / options.rate));
  idle_.resize(connections_.size());
  for (Connection& connection : connections_) open_connection(connection);
}

void Run::open_connection(Connection& connection) {
  connection.socket = connect_loopback(options_.port);
  connection.socket.set_nonblocking();
  connection.out = std::make_unique<char[]>(requests_.largest() * static_cast<std::size_t>(options_.pipeline));
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = &connection}};
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.socket.get(), &event) != 0) give_up_errno("epoll_ctl");
}

void Run::send_batch(Connection& connection, Nanoseconds start) {
  std::size_t size = 0;
  for (int i = 0; i < options_.pipeline; ++i) {
    const std::size_t chosen = random_.below(requests_.size());
    const std::string_view request = requests_[chosen];
    std::memcpy(connection.out.get() + size, request.data(), request.size());
    size += request.size();
    connection.asked[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(chosen);
  }
  connection.asked_count = options_.pipeline;
  connection.answered = 0;
  connection.start = start;
  connection.excused = false;
  ++work_;
  connection.out_size = size;
  connection.out_sent = 0;
  flush(connection);
}

void Run::flush(Connection& connection) {
  while (connection.out_sent < connection.out_size) {
    const ssize_t sent = ::send(connection.socket.get(), connection.out.get() + connection.out_sent,
                                connection.out_size - connection.out_sent, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return;  // EPOLLOUT comes
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) give_up_errno("sending a request");
    connection.out_sent += static_cast<std::size_t>(sent);
  }
}

void Run::on_event(Connection& connection, std::uint32_t events) {
  ++work_;
  if (connection.out_sent < connection.out_size) flush(connection);
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP)) != 0) receive(connection);
}

void Run::receive(Connection& connection) {
  for (;;) {
    if (connection.reading == Reading::body && connection.skip > large_body && !drop_body(connection)) return;
    char* const buffer = buffer_.get();
    std::memcpy(buffer, connection.partial.data(), connection.kept);
    const std::size_t room = connection.large ? head_receive_size : receive_size;
    const ssize_t got = ::recv(connection.socket.get(), buffer + connection.kept, room, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got < 0) give_up_errno("receiving an answer");
    if (got == 0)
      give_up("the server closed a connection with {} answers missing", connection.asked_count - connection.answered);
    now_ = now();
    const std::size_t size = connection.kept + static_cast<std::size_t>(got);
    connection.kept = 0;
    consume(connection, {buffer, size});
    if (connection.idle()) return ask_again(connection);
    // Less than there was room for: all is read, and the next bytes raise an event of their own.
    if (static_cast<std::size_t>(got) < room && connection.skip <= large_body) return;
  }
}

// Has the kernel throw the rest of a large body away. False where more of it is still to come.
bool Run::drop_body(Connection& connection) {
  while (connection.skip > 0) {
    const ssize_t got = ::recv(connection.socket.get(), nullptr, connection.skip, MSG_TRUNC);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return false;
    if (got < 0) give_up_errno("receiving a body");
    if (got == 0) give_up("the server closed a connection in the middle of a body");
    connection.skip -= static_cast<std::uint64_t>(got);
  }
  now_ = now();
  complete(connection);
  if (!connection.idle()) return true;
  ask_again(connection);
  return false;
}

void Run::consume(Connection& connection, std::string_view bytes) {
  while (!bytes.empty()) {
    switch (connection.reading) {
      case Reading::head:
        bytes = read_head(connection, bytes);
        break;
      case Reading::body:
      case Reading::chunk:
      case Reading::last_chunk:
        bytes = read_body(connection, bytes);
        break;
      case Reading::chunk_line:
        bytes = read_chunk_line(connection, bytes);
        break;
    }
  }
}

std::string_view Run::read_head(Connection& connection, std::string_view bytes) {
  const AnswerHead head = options_.protocol == Protocol::http ? parse_http_head(bytes) : parse_redis_head(bytes);
  if (head.framing == Framing::incomplete) return keep(connection, bytes);
  if (head.framing == Framing::broken) give_up("expected an answer, found '{}'", bytes.substr(0, max_chunk_line));
  if (connection.idle()) give_up("an answer came that nobody asked for");
  connection.status = head.status;
  connection.body_length = head.length;
  connection.skip = head.length;
  connection.large = head.length > large_body;
  if (head.framing == Framing::chunked) {
    connection.reading = Reading::chunk_line;
  } else if (head.length == 0) {
    complete(connection);
  } else {
    connection.reading = Reading::body;
  }
  return bytes.substr(head.head_size);
}

std::string_view Run::read_body(Connection& connection, std::string_view bytes) {
  const std::size_t taken = std::min<std::uint64_t>(connection.skip, bytes.size());
  connection.skip -= taken;
  if (connection.skip == 0) {
    if (connection.reading == Reading::chunk) {
      connection.reading = Reading::chunk_line;
    } else {
      complete(connection);
    }
  }
  return bytes.substr(taken);
}

std::string_view Run::read_chunk_line(Connection& connection, std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return keep(connection, bytes);
  const std::uint64_t size = std::strtoull(std::string(bytes.substr(0, end)).c_str(), nullptr, 16);
  connection.reading = size == 0 ? Reading::last_chunk : Reading::chunk;
  connection.skip = size + 2;  // and the CRLF behind it
  connection.body_length += size;
  return bytes.substr(end + 1);
}

std::string_view Run::keep(Connection& connection, std::string_view bytes) {
  if (bytes.size() > max_head) give_up("expected the head of an answer within {} bytes", max_head);
  std::memcpy(connection.partial.data(), bytes.data(), bytes.size());
  connection.kept = bytes.size();
  return {};
}

void Run::complete(Connection& connection) {
  connection.reading = Reading::head;
  const std::size_t request = connection.asked[static_cast<std::size_t>(connection.answered++)];
  last_answer_ = now_;
  if (!measuring_ || done_) return;
  if (!connection.excused) latencies_.add(now_ - connection.start);
  result_.bytes += connection.body_length;
  check(connection, request);
  if (++result_.requests == options_.requests) done_ = true;
}

void Run::check(const Connection& connection, std::size_t request) {
  const std::uint32_t expected = requests_.expected_length(request);
  const bool length_fits = expected == Requests::any_length || expected == connection.body_length;
  if (connection.status == options_.expected_status && length_fits) [[likely]]
    return;
  if (result_.errors++ != 0) return;
  const std::string_view asked = requests_[request];
  result_.first_error =
      fmt::format("'{}': expected status {}{}, found status {} with {} bytes", asked.substr(0, asked.find('\r')),
                  options_.expected_status, length_fits ? "" : fmt::format(" with {} bytes", expected),
                  connection.status, connection.body_length);
}

void Run::ask_again(Connection& connection) {
  if (interval_ == 0) return send_batch(connection, now_);
  idle_[(idle_first_ + idle_count_++) % idle_.size()] = &connection;
}

void Run::send_due() {
  while (due_ <= now_ && idle_count_ > 0) {
    Connection& connection = *idle_[idle_first_];
    idle_first_ = (idle_first_ + 1) % idle_.size();
    --idle_count_;
    send_batch(connection, due_);
    due_ += interval_;
  }
}

void Run::notice_stall(int waited_milliseconds) {
  const Nanoseconds took = now_ - std::exchange(turn_, now_);
  const Nanoseconds work = std::exchange(work_, 0);
  if (interval_ == 0 || waited_milliseconds != 0 || took <= longest_turn + work * longest_step) return;
  due_ += took;
  for (Connection& connection : connections_) connection.excused = true;
  if (measuring_) result_.stalled += static_cast<double>(took) / 1e9;
}

void Run::begin_measuring() {
  measuring_ = true;
  begin_ = now_;
  end_ = options_.requests != 0 ? UINT64_MAX : begin_ + nanoseconds(options_.seconds);
  result_.load_cpu = -own_thread_cpu_seconds();
  if (options_.server != 0) result_.server_cpu = -cpu_seconds(options_.server);
}

void Run::advance() {
  if (!measuring_ && now_ >= begin_) begin_measuring();
  if (now_ >= end_) done_ = true;
  if (now_ > last_answer_ + stall_limit) give_up("no answer for {} seconds", stall_limit / one_second);
}

int Run::wait_milliseconds() const {
  if (!options_.sleep && (interval_ == 0 || idle_count_ == 0)) return 0;
  if (interval_ == 0 || idle_count_ == 0) return idle_tick_milliseconds;
  if (due_ <= now_ + spin_below) return 0;
  return static_cast<int>(std::min<Nanoseconds>((due_ - now_ - spin_below) / 1'000'000, idle_tick_milliseconds));
}

LoadResult Run::run() {
  std::array<epoll_event, max_events> events{};
  now_ = last_answer_ = turn_ = due_ = now();
  begin_ = now_ + nanoseconds(options_.warm_up);
  end_ = UINT64_MAX;
  for (Connection& connection : connections_) ask_again(connection);
  while (!done_) {
    if (interval_ != 0) send_due();
    const int wait = wait_milliseconds();
    const int count = epoll_wait(epoll_, events.data(), max_events, wait);
    now_ = now();
    notice_stall(wait);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      on_event(*static_cast<Connection*>(event.data.ptr), event.events);
    }
    advance();
  }
  return result();
}

LoadResult Run::result() {
  if (options_.server != 0) result_.server_cpu += cpu_seconds(options_.server);
  result_.load_cpu += own_thread_cpu_seconds();
  result_.seconds = static_cast<double>(now_ - begin_) / 1e9;
  const auto microseconds = [this](double share) { return static_cast<double>(latencies_.percentile(share)) / 1e3; };
  result_.p50 = microseconds(0.5);
  result_.p90 = microseconds(0.9);
  result_.p99 = microseconds(0.99);
  result_.p999 = microseconds(0.999);
  result_.max = static_cast<double>(latencies_.max()) / 1e3;
  return std::move(result_);
}

}  // namespace

LoadResult run_load(const LoadOptions& options, const Requests& requests) { return Run(options, requests).run(); }

}  // namespace aureacore::bench
