// Session: what HTTP/1.1 asks of one connection, without a socket: bytes received go in, answers come out in order, and
// it says what the transport shall do next. Time is given. So it is tested without a network, and a transport only
// carries bytes.
//
// Owned by its connection, lives on the worker's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "http/limits.h"
#include "http/parser.h"
#include "http/response.h"
#include "http/server.h"

namespace aureacore::http {

class Session {
 public:
  // How much of a streamed body is made before other connections have their turn, and at once.
  static constexpr std::size_t slice_bytes = 256 << 10;
  static constexpr std::size_t piece_bytes = 64 << 10;

  // What all sessions of a worker share.
  struct Shared {
    Shared(Handler& h, const Limits& l, WorkerCounters& c, std::shared_ptr<Mailbox> m = nullptr)
        : handler(h), limits(l), counters(c), mailbox(std::move(m)), parser(l) {}

    Handler& handler;
    const Limits limits;
    WorkerCounters& counters;
    const std::shared_ptr<Mailbox> mailbox;  // for deferred answers; null: handlers can't defer
    Parser parser;
    base::SteadyTime now;
    std::size_t kept = 0;   // bytes in memory of what was received and isn't answered
    bool draining = false;  // each further answer closes its connection
  };

  explicit Session(Shared& shared, const Peer& peer = {}) : shared_(shared), peer_(peer), since_(shared.now) {}
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Answers the requests that are complete now and keeps the rest. The bytes may be changed.
  void receive(std::span<char> bytes, Output& out);
  // So many bytes of earlier answers are on their way: they count towards the limit of waiting output.
  void count_leaving(std::size_t bytes) { leaving_ = bytes; }
  // The client sends no more.
  void end_input() { input_ended_ = true; }
  // Goes on with what was put off: an answer that came later, a streamed body, then the requests behind it.
  void advance(Output& out);
  // Answers with this status and ends.
  void refuse(int status, std::string_view why, Output& out) { refuse(Method::get, status, why, out); }
  // Refuses a sender that is too slow, ends a connection that was idle for too long. Only while no output waits.
  void expire(Output& out);

  // More bytes are of use now.
  [[nodiscard]] bool takes_input() const { return !input_ended_ && !closing_ && !put_off_; }
  // advance() has something to do.
  [[nodiscard]] bool has_work() const { return put_off_ && !waits(); }
  // Another thread has yet to answer, or to say that a streamed body has more. A client that goes meanwhile is let go of.
  [[nodiscard]] bool waits() const { return waits_for_answer() || (stream_ != nullptr && stream_->waits()); }
  // A streamed body is under way that is to be sent before others'.
  [[nodiscard]] bool urgent() const { return stream_ != nullptr && stream_->urgent(); }
  [[nodiscard]] bool streams() const { return stream_ != nullptr; }
  // Another thread has yet to answer.
  [[nodiscard]] bool waits_for_answer() const {
    return deferral_ != nullptr && !deferral_->done.load(std::memory_order_acquire);
  }
  // The answer that is deferred; null: none.
  [[nodiscard]] Deferral* deferral() const { return deferral_.get(); }
  // Nothing is left but to close, once the output is written.
  [[nodiscard]] bool ended() const { return !put_off_ && (closing_ || input_ended_); }
  // Ended with the client perhaps still sending: closing at once would destroy the answer on its way.
  [[nodiscard]] bool lingers() const { return linger_; }
  // Ended without an orderly answer: the client must not take what it has for whole.
  [[nodiscard]] bool broken() const { return broken_; }
  // Between two requests.
  [[nodiscard]] bool idle() const { return waits_ == Waits::request && !put_off_ && !closing_; }
  // Restarts the clock of the current wait: the client could not know that we were busy with our own output.
  void touch() { since_ = shared_.now; }
  void give_memory_back();

 private:
  enum class Waits : std::uint8_t { request, head, body };

  std::span<char> answer_all(std::span<char> bytes, Output& out);
  void answer_kept(Output& out);
  void answer(Request& request, Output& out);
  bool handle(const Request& request, Response& response);
  bool write_refusal(int status, std::string_view why, Response& response);
  void refuse(Method method, int status, std::string_view why, Output& out);
  void wait_for(Parser::State state, std::size_t held, Output& out);
  void deliver(Output& out);
  void pull(Output& out);
  void close(bool linger);
  void count_kept();

  Shared& shared_;
  const Peer peer_;
  Parser::Progress progress_;
  Output kept_;              // received, not yet answered
  std::size_t counted_ = 0;  // of it in shared_
  std::size_t leaving_ = 0;  // of the answers before
  std::shared_ptr<Deferral> deferral_;
  std::unique_ptr<Body> stream_;
  base::SteadyTime since_;
  Waits waits_ = Waits::request;
  bool put_off_ = false;
  bool closing_ = false;
  bool input_ended_ = false;
  bool linger_ = false;
  bool broken_ = false;
};

}  // namespace aureacore::http
