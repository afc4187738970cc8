#include "redis/pool.h"

#include <utility>

namespace aureacore::redis {

using base::Code;
using base::fail;

base::Result<Pool::Loan> Pool::lend(const Deadline& deadline) {
  std::unique_lock lock(mutex_);
  const std::size_t most = dialer_.limits.connections;
  if (!room_.wait_until(lock, deadline.stop, deadline.at, [&] { return lent_ < most; })) {
    return fail(Code::timeout, "{}: all {} connections were in use until the deadline", endpoint_.text(), most);
  }
  ++lent_;
  return Loan(*this);
}

base::Status Pool::Loan::connect(const Deadline& deadline) {
  connection_ = pool_->take_idle();
  if (connection_) return {};
  auto opened = Connection::open(pool_->endpoint_, pool_->dialer_, pool_->role_, deadline);
  if (!opened) return std::unexpected(opened.error());
  connection_ = std::move(*opened);
  return {};
}

// Closing happens outside of the lock.
std::unique_ptr<Connection> Pool::take_idle() {
  while (true) {
    Idle idle;
    {
      const std::scoped_lock lock(mutex_);
      if (idle_.empty()) return nullptr;
      idle = std::move(idle_.back());
      idle_.pop_back();
    }
    const bool recent = Deadline::now() - idle.since < dialer_.limits.idle_time;
    if (recent && idle.connection->usable()) return std::move(idle.connection);
  }
}

void Pool::take_back(std::unique_ptr<Connection> connection) {
  if (connection && !connection->usable()) connection.reset();
  const std::scoped_lock lock(mutex_);
  if (connection) idle_.push_back({std::move(connection), Deadline::now()});
  --lent_;
  room_.notify_one();
}

}  // namespace aureacore::redis
