#include "http/worker.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <system_error>

#include "base/priority.h"

namespace aureacore::http {

namespace {

template <class Number>
void add(std::atomic<Number>& counter, Number count) {
  counter.store(counter.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
}

// A few milliseconds coarse and much cheaper than the exact clock; read once per wake-up.
base::SteadyTime coarse_now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return base::SteadyTime(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

// As with a request, a handler's mistake must not end the process. The next tick tries again.
void tick_safely(Handler& handler) {
  try {
    handler.tick();
  } catch (...) {
    return;
  }
}

}  // namespace

base::Result<std::unique_ptr<Worker>> Worker::make(base::Descriptor listener, std::unique_ptr<Transport> transport,
                                                   std::unique_ptr<Handler> handler, const ServerOptions& options,
                                                   WorkerCounters& counters, std::atomic<std::size_t>& open) {
  std::unique_ptr<Worker> worker(
      new Worker(std::move(listener), std::move(transport), std::move(handler), options, counters, open));
  if (auto status = worker->set_up(); !status) return std::unexpected(status.error());
  return worker;
}

Worker::Worker(base::Descriptor listener, std::unique_ptr<Transport> transport, std::unique_ptr<Handler> handler,
               const ServerOptions& options, WorkerCounters& counters, std::atomic<std::size_t>& open)
    : handler_(std::move(handler)),
      counters_(counters),
      open_(open),
      mailbox_(std::make_shared<Mailbox>()),
      shared_(*handler_, options.limits, counters, mailbox_),
      tls_(options.tls),
      listener_(std::move(listener)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      transport_(std::move(transport)) {}

Worker::~Worker() {
  drain(base::SteadyTime());
  join();
}

base::Status Worker::set_up() {
  const timespec interval{.tv_sec = 0, .tv_nsec = std::chrono::nanoseconds(tick_interval).count()};
  const itimerspec timer{.it_interval = interval, .it_value = interval};
  if (timerfd_settime(timer_.get(), 0, &timer, nullptr) != 0 ||
      !transport_->watch(listener_, Transport::Signal::listener) ||
      !transport_->watch(timer_, Transport::Signal::timer) ||
      !transport_->watch(mailbox_->descriptor(), Transport::Signal::mailbox)) {
    return base::fail(base::Code::unavailable, "cannot set up a worker: {}", std::generic_category().message(errno));
  }
  return {};
}

void Worker::start() {
  // Signals are the composition root's: they must not land on a worker.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Worker::drain(base::SteadyTime deadline) {
  // Zero means "not asked to", hence at least one.
  deadline_.store(std::max<base::Duration::rep>(1, deadline.time_since_epoch().count()), std::memory_order_release);
  mailbox_->wake();
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::run() {
  base::take_short_turns();
  transport_->begin();
  while (!finished()) {
    transport_->wait(*this, queue_.empty() && streams_.empty() && !accepting_);
    // Only behind the events: these may close any connection, also one that another event of the same wait tells of.
    if (std::exchange(woken_, false)) {
      if (deadline_.load(std::memory_order_acquire) != 0) begin_drain();
      deliver();
      if (mailbox_->take_streams()) call_streams();
    }
    if (std::exchange(ticked_, false)) tick();
    if (accepting_) accept_some();
    run_queue();
    run_streams();
  }
  while (!connections_.empty()) cut(*connections_.back());
  transport_->end();
}

bool Worker::finished() const {
  if (!shared_.draining) return false;
  return connections_.empty() || shared_.now.time_since_epoch().count() >= deadline_.load(std::memory_order_relaxed);
}

void Worker::woke() { shared_.now = coarse_now(); }

void Worker::signalled(Transport::Signal signal) {
  switch (signal) {
    case Transport::Signal::listener:
      accepting_ = listener_.is_open();
      break;
    case Transport::Signal::timer:
      ticked_ = true;
      break;
    case Transport::Signal::mailbox:
      woken_ = true;
      break;
  }
}

void Worker::sent(Connection& connection) {
  connection.since = shared_.now;
  if (connection.blocked) return;
  connection.session.touch();
  drive(connection);
}

// Each queued connection has one turn; those with still more to do are queued again behind the events that came
// meanwhile.
void Worker::run_queue() {
  turn_.swap(queue_);
  for (Connection* connection : turn_) {
    connection->queued = false;
    drive(*connection);
  }
  turn_.clear();
}

void Worker::tick() {
  std::uint64_t passed = 0;
  (void)!::read(timer_.get(), &passed, sizeof(passed));  // unread, the timer would not fire again
  tick_safely(*handler_);
  output_.shrink(Transport::kept_output);
  plain_.shrink(Transport::kept_output);
  clear_.shrink(Transport::kept_output);
  accepting_ = listener_.is_open();  // again, after running out of descriptors
  sweep();
}

void Worker::sweep() {
  // From the back: closing moves the last connection to the closed one's place.
  for (std::size_t i = connections_.size(); i > 0; --i) expire(*connections_[i - 1]);
}

void Worker::begin_drain() {
  if (shared_.draining) return;
  // Who is connected already but not accepted would get a reset from the closing listener.
  accepting_ = true;
  for (int i = 0; accepting_ && i < SOMAXCONN; ++i) accept_some();
  accepting_ = false;
  // The kernel may hold on to the closed descriptor for a moment: nobody shall be taken for connected meanwhile.
  shutdown(listener_.get(), SHUT_RDWR);
  transport_->unwatch(Transport::Signal::listener);
  listener_.close();
  shared_.draining = true;
  transport_->wait(*this, false);  // a last look: a request may have come already
  for (std::size_t i = connections_.size(); i > 0; --i) {
    Connection& connection = *connections_[i - 1];
    if (!connection.session.idle() || !connection.all_sent()) continue;
    connection.readable = true;
    drive(connection);
  }
  for (std::size_t i = connections_.size(); i > 0; --i) {
    Connection& connection = *connections_[i - 1];
    if (connection.session.idle() && connection.all_sent()) close(connection);
  }
}

void Worker::deliver() {
  for (const auto& deferral : mailbox_->take()) {
    if (deferral->connection != nullptr) drive(*static_cast<Connection*>(deferral->connection));
  }
}

void Worker::call_streams() {
  streams_.clear();
  for (const auto& connection : connections_) {
    if (connection->session.streams() && connection->session.has_work()) streams_.push_back(connection.get());
  }
  std::ranges::partition(streams_, [](const Connection* connection) { return !connection->session.urgent(); });
}

void Worker::run_streams() {
  for (std::size_t i = 0; i < streams_at_once && !streams_.empty(); ++i) {
    Connection& connection = *streams_.back();
    streams_.pop_back();
    // One that is blocked goes on when its client has taken what is under way.
    if (!connection.blocked) drive(connection);
  }
}

void Worker::accept_some() {
  for (int i = 0; i < accepts_at_once; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    base::Descriptor socket(
        accept4(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.is_open()) {
      open(std::move(socket), Peer::of(address));
      continue;
    }
    if (errno == ECONNABORTED || errno == EINTR || errno == EPROTO) continue;
    // Nobody waits any more, or there are no descriptors left: then those who wait are accepted on a later tick.
    accepting_ = false;
    return;
  }
}

void Worker::open(base::Descriptor socket, const Peer& peer) {
  const bool over = open_.load(std::memory_order_relaxed) >= shared_.limits.connections;
  if (over) add<std::uint64_t>(counters_.rejected, 1);
  // Behind TLS it would take a greeting to say so.
  if (over && (tls_ != nullptr || rejecting_ == rejections_at_once)) return;
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  auto connection = std::make_unique<Connection>(std::move(socket), shared_, peer);
  if (tls_ != nullptr && !greet(*connection)) return transport_->close(std::move(connection));
  if (!transport_->open(*connection)) return transport_->close(std::move(connection));
  connection->counted = !over;
  connection->place = connections_.size();
  Connection& opened = *connection;
  connections_.push_back(std::move(connection));
  add<std::int64_t>(counters_.open, 1);
  if (!over) {
    open_.fetch_add(1, std::memory_order_relaxed);
    return add<std::uint64_t>(counters_.accepted, 1);
  }
  ++rejecting_;
  opened.session.refuse(503, "too many connections", output_);
  drive(opened);
}

bool Worker::greet(Connection& connection) {
  connection.tls = Tls::make(*tls_->get());
  return connection.tls != nullptr;
}

void Worker::drive(Connection& connection) {
  Output& out = connection.all_sent() ? output_ : connection.pending;
  Output& plain = plain_of(connection, out);
  const std::size_t encrypted = connection.tls ? out.size() : 0;  // the session can't see it
  connection.session.count_leaving(connection.leaving + encrypted);
  if (wants_bytes(connection, out) && !receive(connection, plain)) return close(connection);
  if (connection.session.has_work() && encrypted < Session::slice_bytes) connection.session.advance(plain);
  if (connection.session.broken() || (connection.tls && !encrypt(connection, out))) {
    output_.clear();
    plain_.clear();
    return cut(connection);
  }
  if (out.size() != 0 && !connection.blocked && !flush(connection, out)) return close(connection);
  if (Deferral* const deferral = connection.session.deferral()) deferral->connection = &connection;
  if (connection.hung_up && connection.session.waits()) return close(connection);
  settle(connection);
}

bool Worker::wants_bytes(const Connection& connection, const Output& out) const {
  if (!connection.readable) return false;
  return connection.lingering ||
         (connection.session.takes_input() && connection.leaving + out.size() <= shared_.limits.pending_output);
}

// False: the connection is gone.
bool Worker::receive(Connection& connection, Output& out) {
  std::span<char> bytes;
  switch (transport_->receive(connection, bytes)) {
    case Transport::Receipt::nothing:
      return true;
    case Transport::Receipt::failed:
      return false;
    case Transport::Receipt::end:
      connection.session.end_input();
      return !connection.lingering;
    case Transport::Receipt::bytes:
      break;
  }
  if (connection.lingering) return true;
  add<std::uint64_t>(counters_.received_bytes, bytes.size());
  if (connection.tls) return decrypt(connection, bytes, out);
  connection.session.receive(bytes, out);
  return true;
}

// False: the connection is gone.
bool Worker::decrypt(Connection& connection, std::span<char> bytes, Output& out) {
  clear_.clear();
  const Tls::Outcome outcome = connection.tls->receive(bytes, clear_);
  if (clear_.size() != 0) connection.session.receive({clear_.data(), clear_.size()}, out);
  if (outcome == Tls::Outcome::open) return true;
  connection.session.end_input();
  if (outcome == Tls::Outcome::ended) return true;
  add<std::uint64_t>(counters_.tls_failed, 1);
  // It is told why in its own language, and nothing else.
  if (outcome == Tls::Outcome::not_tls && connection.all_sent()) {
    connection.tls.reset();
    connection.session.refuse(400, "expected TLS on this port (https), found plain HTTP", output_);
  }
  return !connection.session.has_work() && !connection.session.waits_for_answer();
}

// False: the connection is of no use any more.
bool Worker::encrypt(Connection& connection, Output& out) {
  if (!connection.tls->send(plain_, out)) {
    plain_.clear();
    return connection.session.ended();  // what is in `out` says why
  }
  if (connection.session.ended()) {
    connection.tls->end();
    return connection.tls->send(plain_, out);
  }
  return true;
}

// False: the connection is gone.
bool Worker::flush(Connection& connection, Output& out) {
  const bool fresh = &out == &output_;
  const std::size_t before = out.size();
  if (!transport_->send(connection, out)) {
    output_.clear();
    return false;
  }
  const std::size_t sent = before - out.size();
  add<std::uint64_t>(counters_.sent_bytes, sent);
  if (sent > 0 || fresh) connection.since = shared_.now;
  if (fresh && out.size() != 0) {
    std::swap(output_, connection.pending);
  } else if (!fresh && connection.all_sent()) {
    connection.session.touch();
    if (connection.session.waits()) connection.pending.shrink(0);  // perhaps for long
  }
  return true;
}

// What comes next for a connection that had its turn.
void Worker::settle(Connection& connection) {
  const Session& session = connection.session;
  if (connection.all_sent() && session.ended() && !connection.lingering) return finish(connection);
  const bool works = session.has_work() && !connection.blocked;
  if (connection.queued || !(works || wants_bytes(connection, connection.pending))) return;
  connection.queued = true;
  queue_.push_back(&connection);
}

void Worker::finish(Connection& connection) {
  if (!connection.session.lingers()) return close(connection);
  shutdown(connection.socket.get(), SHUT_WR);
  connection.lingering = true;
  connection.since = shared_.now;
  settle(connection);
}

void Worker::expire(Connection& connection) {
  const auto waited = shared_.now - connection.since;
  if (connection.lingering) {
    if (waited > linger_time) close(connection);
    return;
  }
  if (!connection.all_sent()) {
    if (waited > shared_.limits.write_time) cut(connection);
    return;
  }
  if (connection.tls && !connection.tls->ready() && waited > shared_.limits.header_time) return close(connection);
  if (connection.session.idle()) {
    connection.session.give_memory_back();
    connection.pending.shrink(0);
  }
  connection.session.expire(plain_of(connection, output_));
  if (connection.session.ended()) drive(connection);
}

// Closes with a reset: what waits is thrown away by the kernel too.
void Worker::cut(Connection& connection) {
  const linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(connection.socket.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  close(connection);
}

void Worker::close(Connection& connection) {
  if (connection.queued) std::erase(queue_, &connection);
  if (!streams_.empty()) std::erase(streams_, &connection);
  if (connection.counted) {
    open_.fetch_sub(1, std::memory_order_relaxed);
  } else {
    --rejecting_;
  }
  add<std::int64_t>(counters_.open, -1);
  const std::size_t place = connection.place;
  connections_.back()->place = place;
  std::swap(connections_[place], connections_.back());
  transport_->close(std::move(connections_.back()));
  connections_.pop_back();
}

}  // namespace aureacore::http
