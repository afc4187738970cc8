#include "http/session.h"

#include "http/body.h"

namespace aureacore::http {

namespace {

constexpr std::string_view continue_answer = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view bare_failure =
    "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

// Counters have one writer: a plain load and store, no locked addition.
void increment(std::atomic<std::uint64_t>& counter) {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

Session::~Session() {
  shared_.kept -= counted_;
  if (deferral_ == nullptr) return;
  deferral_->connection = nullptr;
  deferral_->cancelled.store(true, std::memory_order_relaxed);
}

void Session::receive(std::span<char> bytes, Output& out) {
  if (kept_.size() != 0) {
    kept_.append({bytes.data(), bytes.size()});
    answer_kept(out);
  } else {
    const std::span<char> rest = answer_all(bytes, out);
    kept_.append({rest.data(), rest.size()});
  }
  count_kept();
  const Limits& limits = shared_.limits;
  if (shared_.kept <= limits.kept_bytes || waits_ != Waits::body || kept_.size() <= limits.header_bytes) return;
  refuse(503, "too much is received at once", out);
  kept_.clear();
  give_memory_back();
}

void Session::give_memory_back() {
  kept_.shrink(0);
  count_kept();
}

void Session::count_kept() {
  shared_.kept += kept_.capacity() - counted_;
  counted_ = kept_.capacity();
}

void Session::answer_kept(Output& out) {
  char* const begin = kept_.data();
  const std::span<char> rest = answer_all({begin, kept_.size()}, out);
  const auto used = static_cast<std::size_t>(rest.data() - begin);
  kept_.truncate(used + rest.size());
  kept_.consume(used);
}

// Returns what is left: the front of a request that is not complete, or requests that were put off.
std::span<char> Session::answer_all(std::span<char> bytes, Output& out) {
  const std::size_t room = shared_.limits.pending_output;
  while (!bytes.empty() && !closing_ && !stream_ && !deferral_ && leaving_ + out.size() <= room) {
    const auto outcome = shared_.parser.parse(progress_, bytes);
    switch (outcome.state) {
      case Parser::State::complete:
        answer(shared_.parser.request(), out);
        bytes = bytes.subspan(outcome.size);
        break;
      case Parser::State::refused:
        refuse(outcome.status, outcome.why, out);
        break;
      case Parser::State::need_head:
      case Parser::State::need_body:
        put_off_ = false;
        wait_for(outcome.state, outcome.size, out);
        return bytes.first(outcome.size);
    }
  }
  put_off_ = stream_ || deferral_ || (!closing_ && !bytes.empty());
  if (!closing_) return bytes;
  linger_ |= !bytes.empty();
  return bytes.last(0);
}

void Session::wait_for(Parser::State state, std::size_t held, Output& out) {
  const Waits waits = state == Parser::State::need_head ? Waits::head : Waits::body;
  if (waits_ != waits) touch();
  waits_ = waits;
  // Only a client that holds its body back is told to go on.
  if (progress_.expects_continue && held == progress_.head) out.append(continue_answer);
  progress_.expects_continue = false;
}

void Session::answer(Request& request, Output& out) {
  const std::size_t mark = out.size();
  const bool client_goes_on = request.keep_alive;
  request.keep_alive = client_goes_on && !shared_.draining;
  request.peer = &peer_;
  Response response(request, out, &shared_.mailbox);
  increment(shared_.counters.requests);
  waits_ = Waits::request;
  touch();
  if (!handle(request, response)) {
    out.truncate(mark);
    return refuse(request.method, 500, "the request could not be answered", out);
  }
  if (response.deferred()) {
    deferral_ = response.take_deferral();
    deferral_->keep_alive = client_goes_on;
    return;
  }
  stream_ = response.take_body();
  if (response.wants_close()) close(client_goes_on);
}

// Whether there is a whole answer. What a handler throws ends its connection, not the process.
bool Session::handle(const Request& request, Response& response) {
  try {
    shared_.handler.handle(request, response);
    return response.finished() || response.deferred();
  } catch (...) {
    return false;
  }
}

void Session::refuse(Method method, int status, std::string_view why, Output& out) {
  increment(shared_.counters.refused);
  close(true);
  const std::size_t mark = out.size();
  Request request;
  request.method = method;
  request.keep_alive = false;
  Response response(request, out);
  if (write_refusal(status, why, response)) {
    stream_ = response.take_body();
    return;
  }
  out.truncate(mark);
  out.append(bare_failure);
}

bool Session::write_refusal(int status, std::string_view why, Response& response) {
  try {
    shared_.handler.refuse(status, why, response);
    return response.finished();
  } catch (...) {
    return false;
  }
}

void Session::close(bool linger) {
  closing_ = true;
  linger_ |= linger;
}

void Session::advance(Output& out) {
  if (waits_for_answer()) return;
  if (deferral_) deliver(out);
  if (stream_) pull(out);
  if (stream_ || broken_) return;
  touch();
  put_off_ = false;
  answer_kept(out);
}

void Session::deliver(Output& out) {
  const std::shared_ptr<Deferral> deferral = std::exchange(deferral_, nullptr);
  deferral->connection = nullptr;  // the mailbox may still hold it when this connection is gone
  if (!deferral->answer) return refuse(deferral->method, 500, "the request could not be answered", out);
  Answer& answer = *deferral->answer;
  const bool ends = answer.close || shared_.draining;
  out.append(answer.headers());
  out.append(deferral->lines);
  append_head_end(out, ends, deferral->http10);
  answer.bytes.consume(answer.head);
  if (answer.bytes.size() != 0 || answer.rest) stream_ = bytes_body(std::move(answer.bytes), std::move(answer.rest));
  if (ends) close(deferral->keep_alive);
}

void Session::pull(Output& out) {
  try {
    while (stream_ && !stream_->waits() && out.size() < slice_bytes) {
      if (!stream_->produce(out, piece_bytes)) stream_.reset();
    }
  } catch (...) {
    stream_.reset();
    broken_ = true;
  }
}

void Session::expire(Output& out) {
  if (put_off_ || closing_) return;
  const auto waited = shared_.now - since_;
  const Limits& limits = shared_.limits;
  if (waits_ == Waits::request && waited > limits.idle_time) close(false);
  if (waits_ == Waits::head && waited > limits.header_time) refuse(408, "the headers took too long", out);
  if (waits_ == Waits::body && waited > limits.body_time) refuse(408, "the body took too long", out);
}

}  // namespace aureacore::http
