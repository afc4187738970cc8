// Pool: a bounded number of connections to one server, of one role. Any thread.
//
// A caller that finds all of them taken waits for one, within its deadline. Connections that fail are closed when they
// come back; those that nobody used for too long are closed when they are come across.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "redis/connection.h"

namespace aureacore::redis {

class Pool {
 public:
  // The dialer must outlive the pool.
  Pool(Endpoint endpoint, Role role, const Dialer& dialer)
      : endpoint_(std::move(endpoint)), role_(role), dialer_(dialer) {}

  // The right to one connection, and, once it is there, the connection. Must not outlive the pool.
  class Loan {
   public:
    explicit Loan(Pool& pool) : pool_(&pool) {}
    Loan(Loan&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), connection_(std::move(other.connection_)) {}
    Loan& operator=(Loan&&) = delete;
    ~Loan() {
      if (pool_ != nullptr) pool_->take_back(std::move(connection_));
    }

    // An idle connection, or a new one. Errors: those of Connection::open.
    base::Status connect(const Deadline& deadline);
    [[nodiscard]] Connection& connection() const { return *connection_; }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  // Errors: timeout.
  base::Result<Loan> lend(const Deadline& deadline);

 private:
  struct Idle {
    std::unique_ptr<Connection> connection;
    base::SteadyTime since;
  };

  std::unique_ptr<Connection> take_idle();
  void take_back(std::unique_ptr<Connection> connection);

  Endpoint endpoint_;
  Role role_;
  const Dialer& dialer_;
  std::mutex mutex_;
  std::condition_variable_any room_;
  std::vector<Idle> idle_;  // the last used at the end
  std::size_t lent_ = 0;
};

}  // namespace aureacore::redis
