#include "http/io_uring_transport.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <bit>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <thread>

namespace aureacore::http {

namespace {

// What a completion belongs to: the address of its subject, with the operation in the bits that alignment leaves free.
enum Operation : unsigned { receive_operation, send_operation, poll_operation, cancel_operation };
constexpr std::uint64_t operation_bits = 7;
constexpr int buffer_group = 0;
constexpr unsigned ring_flags = IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                                IORING_SETUP_R_DISABLED | IORING_SETUP_CLAMP;

std::uint64_t tag(const void* subject, unsigned operation) { return std::bit_cast<std::uint64_t>(subject) | operation; }

base::Status refused(std::string_view what, int error) {
  return base::fail(base::Code::unavailable, "io_uring: cannot {}: {}", what, std::generic_category().message(-error));
}

// While the transport ends, nobody is told.
class Nobody final : public Transport::Events {
 public:
  void woke() override {}
  void signalled(Transport::Signal) override {}
  void ready(Connection&) override {}
  void sent(Connection&) override {}
  void failed(Connection&) override {}
};

}  // namespace

base::Result<std::unique_ptr<Transport>> IoUringTransport::make() {
  std::unique_ptr<IoUringTransport> transport(new IoUringTransport);
  if (auto status = transport->set_up(); !status) return std::unexpected(status.error());
  return transport;
}

// The ring is enabled in begin(), by the thread that will use it: the kernel takes requests from that one alone.
base::Status IoUringTransport::set_up() {
  io_uring_params params{};
  params.flags = ring_flags;
  params.cq_entries = completions;
  if (const int error = io_uring_queue_init_params(queue_size, &ring_, &params); error < 0) {
    return refused("make a ring", error);
  }
  made_ = true;
  void* const memory =
      ::mmap(nullptr, buffers * sizeof(io_uring_buf), PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
  if (memory == MAP_FAILED) return refused("map a ring of buffers", -errno);
  buffer_ring_ = static_cast<io_uring_buf_ring*>(memory);
  io_uring_buf_reg registration{};
  registration.ring_addr = std::bit_cast<std::uint64_t>(memory);
  registration.ring_entries = buffers;
  registration.bgid = buffer_group;
  if (const int error = io_uring_register_buf_ring(&ring_, &registration, 0); error < 0) {
    return refused("register a ring of buffers", error);
  }
  memory_ = std::make_unique_for_overwrite<char[]>(buffers * buffer_bytes);
  io_uring_buf_ring_init(buffer_ring_);
  for (unsigned number = 0; number < buffers; ++number) give_back(number);
  return {};
}

IoUringTransport::~IoUringTransport() {
  if (made_) io_uring_queue_exit(&ring_);
  if (buffer_ring_ != nullptr) ::munmap(buffer_ring_, buffers * sizeof(io_uring_buf));
}

void IoUringTransport::begin() {
  // Of a ring that was just made this can't fail. (The library's function for it is missing from Debian's build.)
  if (io_uring_register(static_cast<unsigned>(ring_.ring_fd), IORING_REGISTER_ENABLE_RINGS, nullptr, 0) < 0)
    std::abort();
  static_cast<void>(io_uring_register_ring_fd(&ring_));  // saves a look-up per wait; without it all works too
}

io_uring_sqe* IoUringTransport::request(const void* subject, unsigned operation) {
  io_uring_sqe* entry = io_uring_get_sqe(&ring_);
  while (entry == nullptr) {
    submit();
    entry = io_uring_get_sqe(&ring_);
  }
  entry->user_data = tag(subject, operation);
  return entry;
}

void IoUringTransport::submit() { submitted(io_uring_submit(&ring_)); }

// What the kernel has no memory for stays queued and goes with the next call. There is nothing else to do until then: every
// answer takes a request.
void IoUringTransport::submitted(int result) {
  waiting_ = 0;
  if (result >= 0 || result == -EINTR) return;
  // Anything else would be a ring that is none.
  if (result != -EAGAIN && result != -EBUSY && result != -ENOMEM && result != -EBADR) std::abort();
  std::this_thread::sleep_for(pause);
}

bool IoUringTransport::watch(const base::Descriptor& descriptor, Signal signal) {
  watched_[static_cast<std::size_t>(signal)].number = descriptor.get();
  poll(signal);
  return true;
}

void IoUringTransport::poll(Signal signal) {
  Watched& watched = watched_[static_cast<std::size_t>(signal)];
  io_uring_sqe* const entry = request(&watched, poll_operation);
  const std::uint64_t data = entry->user_data;
  io_uring_prep_poll_multishot(entry, watched.number, POLLIN);
  entry->user_data = data;
  watched.polled = true;
}

void IoUringTransport::unwatch(Signal signal) {
  Watched& watched = watched_[static_cast<std::size_t>(signal)];
  watched.number = -1;
  if (watched.polled) call_off(&watched, poll_operation);
}

void IoUringTransport::call_off(const void* subject, unsigned operation) {
  io_uring_sqe* const entry = request(nullptr, cancel_operation);
  const std::uint64_t data = entry->user_data;
  io_uring_prep_cancel64(entry, tag(subject, operation), 0);
  entry->user_data = data;
}

bool IoUringTransport::open(Connection& connection) {
  auto transit = std::make_unique<Transit>();
  transit->connection = &connection;
  transit->number = connection.socket.get();
  transit->place = transits_.size();
  connection.transit = transit.get();
  transits_.push_back(std::move(transit));
  arm(*connection.transit);
  return true;
}

void IoUringTransport::arm(Transit& transit) {
  io_uring_sqe* const entry = request(&transit, receive_operation);
  const std::uint64_t data = entry->user_data;
  io_uring_prep_recv_multishot(entry, transit.number, nullptr, 0, 0);
  entry->user_data = data;
  entry->flags |= IOSQE_BUFFER_SELECT;
  entry->buf_group = buffer_group;
  transit.receiving = true;
  ++transit.in_flight;
}

void IoUringTransport::wait(Events& events, bool block) {
  submitted(block ? io_uring_submit_and_wait(&ring_, 1) : io_uring_submit_and_get_events(&ring_));
  events.woke();
  handle_all(events);
}

// Those that are there now: what completes meanwhile, such as the sends of a client that takes a long answer as fast as it is
// made, has its turn behind the worker's other duties.
void IoUringTransport::handle_all(Events& events) {
  for (unsigned left = io_uring_cq_ready(&ring_); left > 0; --left) {
    io_uring_cqe* completion = nullptr;
    if (io_uring_peek_cqe(&ring_, &completion) != 0) return;
    const io_uring_cqe copy = *completion;
    io_uring_cqe_seen(&ring_, completion);
    handle(events, copy);
  }
}

void IoUringTransport::handle(Events& events, const io_uring_cqe& completion) {
  const std::uint64_t subject = completion.user_data & ~operation_bits;
  switch (completion.user_data & operation_bits) {
    case receive_operation:
      return received(events, *std::bit_cast<Transit*>(subject), completion);
    case send_operation:
      return sent(events, *std::bit_cast<Transit*>(subject), completion.res);
    case poll_operation:
      return signalled(events, *std::bit_cast<Watched*>(subject), completion);
    default:
      return;
  }
}

void IoUringTransport::signalled(Events& events, Watched& watched, const io_uring_cqe& completion) {
  const auto signal = static_cast<Signal>(&watched - watched_.data());
  if ((completion.flags & IORING_CQE_F_MORE) == 0) {
    watched.polled = false;
    if (watched.number >= 0) poll(signal);
  }
  if (watched.number >= 0) events.signalled(signal);
}

void IoUringTransport::received(Events& events, Transit& transit, const io_uring_cqe& completion) {
  if ((completion.flags & IORING_CQE_F_MORE) == 0) {
    transit.receiving = false;
    --transit.in_flight;
  }
  const bool filled = (completion.flags & IORING_CQE_F_BUFFER) != 0;
  const unsigned number = completion.flags >> IORING_CQE_BUFFER_SHIFT;
  ++transit.in_flight;  // ours, for this turn
  if (filled && completion.res > 0) {
    transit.arrived = {memory_.get() + number * buffer_bytes, static_cast<std::size_t>(completion.res)};
  }
  if (transit.connection != nullptr) take_turn(events, transit, completion.res);
  transit.arrived = {};
  if (filled) give_back(number);
  --transit.in_flight;
  let_go(transit);
}

void IoUringTransport::take_turn(Events& events, Transit& transit, int result) {
  Connection& connection = *transit.connection;
  if (result == 0) {
    transit.ended = connection.readable = connection.hung_up = true;
    events.ready(connection);
  } else if (result > 0) {
    connection.readable = true;
    // In order: behind what still waits.
    if (transit.backlog.size() == 0) events.ready(connection);
    if (transit.connection != nullptr && !transit.arrived.empty()) {
      if (transit.backlog.size() == 0 && transit.receiving) call_off(&transit, receive_operation);
      transit.backlog.append({transit.arrived.data(), transit.arrived.size()});
    }
  } else if (result != -ENOBUFS && result != -ECANCELED) {
    transit.ended = true;
    events.failed(connection);
  }
  const bool wanted = transit.connection != nullptr && !transit.ended && transit.backlog.size() == 0;
  if (wanted && !transit.receiving) arm(transit);
}

Transport::Receipt IoUringTransport::receive(Connection& connection, std::span<char>& bytes) {
  Transit& transit = *connection.transit;
  connection.readable = transit.ended;
  if (transit.backlog.size() != 0) {
    taken_.clear();
    taken_.swap(transit.backlog);
    bytes = {taken_.data(), taken_.size()};
    if (!transit.receiving && !transit.ended) arm(transit);
    return Receipt::bytes;
  }
  if (!transit.arrived.empty()) {
    bytes = std::exchange(transit.arrived, {});
    return Receipt::bytes;
  }
  connection.readable = false;
  return transit.ended ? Receipt::end : Receipt::nothing;
}

bool IoUringTransport::send(Connection& connection, Output& out) {
  Transit& transit = *connection.transit;
  const bool shared = &out != &connection.pending;
  transit.sending = std::move(out);
  if (shared) out = spare();
  connection.blocked = true;
  connection.leaving = transit.sending.size();
  queue_send(transit);
  return true;
}

void IoUringTransport::queue_send(Transit& transit) {
  io_uring_sqe* const entry = request(&transit, send_operation);
  const std::uint64_t data = entry->user_data;
  const std::string_view bytes = transit.sending.view();
  io_uring_prep_send(entry, transit.number, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  entry->user_data = data;
  ++transit.in_flight;
  waiting_ += bytes.size();
  if (waiting_ > waiting_bytes) submit();
}

void IoUringTransport::sent(Events& events, Transit& transit, int result) {
  --transit.in_flight;
  if (transit.connection == nullptr) return let_go(transit);
  Connection& connection = *transit.connection;
  if (result < 0) return events.failed(connection);
  transit.sending.consume(static_cast<std::size_t>(result));
  connection.leaving = transit.sending.size();
  if (connection.leaving != 0) {
    queue_send(transit);
  } else {
    recycle(std::move(transit.sending));
    connection.blocked = false;
  }
  events.sent(connection);
}

void IoUringTransport::give_back(unsigned number) {
  io_uring_buf_ring_add(buffer_ring_, memory_.get() + number * buffer_bytes, buffer_bytes,
                        static_cast<unsigned short>(number), io_uring_buf_ring_mask(buffers), 0);
  io_uring_buf_ring_advance(buffer_ring_, 1);
}

void IoUringTransport::recycle(Output output) {
  if (spares_.size() == spare_outputs) return;
  output.clear();
  output.shrink(spare_bytes);
  spares_.push_back(std::move(output));
}

Output IoUringTransport::spare() {
  if (spares_.empty()) return {};
  Output output = std::move(spares_.back());
  spares_.pop_back();
  return output;
}

void IoUringTransport::close(std::unique_ptr<Connection> connection) {
  if (connection->transit == nullptr) return;
  Transit& transit = *connection->transit;
  transit.connection = nullptr;
  transit.socket = std::move(connection->socket);
  if (transit.receiving) call_off(&transit, receive_operation);
  if (transit.sending.size() != 0) call_off(&transit, send_operation);
  let_go(transit);
}

// Once it is closed and the kernel is through with it.
void IoUringTransport::let_go(Transit& transit) {
  if (transit.connection != nullptr || transit.in_flight != 0) return;
  const std::size_t place = transit.place;
  transits_.back()->place = place;
  std::swap(transits_[place], transits_.back());
  transits_.pop_back();
}

void IoUringTransport::end() {
  Nobody nobody;
  for (const Signal signal : {Signal::listener, Signal::timer, Signal::mailbox}) unwatch(signal);
  const auto polled = [&] { return std::ranges::any_of(watched_, &Watched::polled); };
  // Each has been called off, so each completes.
  while (!transits_.empty() || polled()) wait(nobody, true);
}

}  // namespace aureacore::http
