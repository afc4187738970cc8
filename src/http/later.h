// Later: an answer that a handler doesn't give at once but has another thread make.
//
//   http::Later later = response.defer();       // in the handler; nothing else is written then
//   http::Answer answer;                        // anywhere, on any thread
//   http::Response response(request, answer);   // the request's bytes are gone by then: keep what is needed (OwnedRequest)
//   later.complete(std::move(answer));          // wakes the worker, which sends it
//
// Meanwhile the worker serves its other connections; requests behind this one on its own connection wait. A client that
// closes, or only ends its side, is taken to be gone: later.cancelled() says so. A Later that is let go of uncompleted answers
// 500. It may outlive the server: then its answer is thrown away.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "http/output.h"
#include "http/request.h"

namespace aureacore::http {

class Body;
class Mailbox;

// A whole answer away from any connection, made by a Response on it.
struct Answer {
  Output bytes;                // status line and headers without their end, then the body as far as it is made
  std::size_t head = 0;        // where the headers end in `bytes`
  std::unique_ptr<Body> rest;  // of the body; null: none
  int status = 0;
  bool close = false;  // the connection, after it

  Answer();
  ~Answer();
  Answer(Answer&&) noexcept;
  Answer& operator=(Answer&&) noexcept;

  [[nodiscard]] std::string_view headers() const { return bytes.view().substr(0, head); }
  [[nodiscard]] std::string_view body() const { return bytes.view().substr(head); }
};

// A copy of a request that outlives its handler's call.
class OwnedRequest {
 public:
  explicit OwnedRequest(const Request& request);
  OwnedRequest(const OwnedRequest&) = delete;
  OwnedRequest& operator=(const OwnedRequest&) = delete;

  [[nodiscard]] const Request& get() const { return request_; }
  // What it holds in memory, about.
  [[nodiscard]] std::size_t bytes() const { return bytes_.size(); }

 private:
  std::string bytes_;
  std::vector<Header> headers_;
  Request request_;
};

// What the worker and whoever answers share of one answer to come.
struct Deferral {
  // Of the worker's thread alone.
  void* connection = nullptr;  // null: gone
  Method method = Method::get;
  bool http10 = false;
  bool keep_alive = true;
  std::string lines;  // more header lines, rendered

  std::atomic<bool> cancelled{false};
  std::atomic<bool> done{false};
  std::optional<Answer> answer;  // written before `done`, read behind it
};

class Later {
 public:
  Later(std::shared_ptr<Deferral> deferral, std::shared_ptr<Mailbox> mailbox)
      : deferral_(std::move(deferral)), mailbox_(std::move(mailbox)) {}
  Later(Later&&) noexcept = default;
  Later& operator=(Later&&) = delete;
  ~Later();

  // Once.
  void complete(Answer answer);
  // Nobody waits for it any more: it need not be made. Any thread.
  [[nodiscard]] bool cancelled() const { return deferral_->cancelled.load(std::memory_order_relaxed); }

 private:
  void post();

  std::shared_ptr<Deferral> deferral_;  // null: moved from
  std::shared_ptr<Mailbox> mailbox_;
  bool posted_ = false;
};

// Where finished answers wait for their worker, and what wakes it; for them, and for streamed bodies that wait.
class Mailbox {
 public:
  Mailbox();

  // Becomes readable with each wake().
  [[nodiscard]] const base::Descriptor& descriptor() const { return wake_; }
  // Any thread.
  void wake();
  void post(std::shared_ptr<Deferral> deferral);
  void wake_streams();
  // The worker.
  std::vector<std::shared_ptr<Deferral>> take();
  bool take_streams() { return streams_.exchange(false, std::memory_order_acquire); }

 private:
  const base::Descriptor wake_;
  std::atomic<bool> streams_{false};
  std::mutex mutex_;
  std::vector<std::shared_ptr<Deferral>> done_;  // guarded by mutex_; no more than the worker has connections
};

}  // namespace aureacore::http
