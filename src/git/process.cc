#include "git/process.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <system_error>

#include "git/channel.h"
#include "git/spawn.h"

namespace aureacore::git {
namespace {

using base::Code;
using base::fail;
using base::Result;
using base::Status;
using Steady = std::chrono::steady_clock;

constexpr std::size_t errors_limit = 64 << 10;
constexpr std::size_t chunk_bytes = 64 << 10;
// Read at a stretch from one pipe (a pipe holds one by default), so that an endless writer can't talk past the
// deadline.
constexpr int chunks_at_once = 16;
constexpr base::Duration watch_interval = std::chrono::milliseconds(250);

// Turns a request to stop into something poll can wait for.
class StopSignal {
 public:
  explicit StopSignal(const std::stop_token& stop)
      : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), callback_(stop, Raise{event_.get()}) {}
  [[nodiscard]] int descriptor() const { return event_.get(); }

 private:
  struct Raise {
    int descriptor;
    void operator()() const { ::eventfd_write(descriptor, 1); }
  };
  base::Descriptor event_;
  std::stop_callback<Raise> callback_;
};

// One run, from the first byte to the last.
class Conversation {
 public:
  Conversation(const Command& command, Channel input, Channel output, Channel errors)
      : command_(command), input_(std::move(input)), output_(std::move(output)), errors_(std::move(errors)) {}

  Result<Outcome> hold(const std::stop_token& stop) {
    const auto deadline = Steady::now() + command_.deadline;
    if (stop.stop_requested()) return fail(Code::timeout, "{} was stopped before it began", program());
    auto child =
        spawn(command_, {.input = input_.childs.get(), .output = output_.childs.get(), .errors = errors_.childs.get()});
    if (!child) return std::unexpected(child.error());
    for (Channel* channel : {&input_, &output_, &errors_}) channel->childs.close();
    const StopSignal signal(stop);
    Status status = exchange(*child, signal.descriptor(), deadline);
    outcome_.status = child->finish();
    if (status) status = drain();
    if (!status) return std::unexpected(status.error());
    return std::move(outcome_);
  }

 private:
  [[nodiscard]] std::string_view program() const { return command_.arguments[0]; }

  // Until the child has ended: a pipe that something else still holds open keeps nobody waiting.
  Status exchange(const Child& child, int stop, Steady::time_point deadline) {
    auto next_watch = Steady::now() + watch_interval;
    while (true) {
      std::array<pollfd, 5> waits = {{{child.watcher(), POLLIN, 0},
                                      {stop, POLLIN, 0},
                                      {output_.ours.get(), POLLIN, 0},
                                      {errors_.ours.get(), POLLIN, 0},
                                      {input_.ours.get(), POLLOUT, 0}}};
      const auto until = command_.watch ? std::min(deadline, next_watch) : deadline;
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now());
      constexpr std::int64_t longest = 60'000;
      if (::poll(waits.data(), waits.size(), static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, longest))) <
              0 &&
          errno != EINTR) {
        return fail(Code::internal, "poll failed: {}", std::generic_category().message(errno));
      }
      if (waits[1].revents != 0) return fail(Code::timeout, "{} was stopped", program());
      if (waits[4].revents != 0) write_input();
      if (auto status = drain(); !status) return status;
      if (waits[0].revents != 0) return {};
      const auto now = Steady::now();
      if (now >= deadline) return passed_deadline();
      if (command_.watch && now >= next_watch) {
        if (auto status = command_.watch(); !status) return status;
        next_watch = now + watch_interval;
      }
    }
  }

  [[nodiscard]] Status passed_deadline() const {
    return fail(Code::timeout, "{} did not end within its deadline of {} ms", program(),
                std::chrono::duration_cast<std::chrono::milliseconds>(command_.deadline).count());
  }

  void write_input() {
    while (written_ < command_.input.size()) {
      const ssize_t count =
          ::send(input_.ours.get(), command_.input.data() + written_, command_.input.size() - written_, MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) break;  // it reads no more: its own affair
      written_ += static_cast<std::size_t>(count);
    }
    input_.ours.close();
  }

  // Reads what is there.
  Status drain() {
    read_into(errors_.ours, outcome_.errors, errors_limit, false);
    if (read_into(output_.ours, outcome_.output, command_.output_limit, true)) return {};
    return fail(Code::too_large, "{} wrote more than the limit of {} bytes", program(), command_.output_limit);
  }

  // False where more than `limit` came and `strict` says that this ends it; otherwise the rest is dropped.
  bool read_into(base::Descriptor& from, std::string& to, std::size_t limit, bool strict) {
    for (int chunk = 0; chunk < chunks_at_once && from.is_open(); ++chunk) {
      const ssize_t count = ::read(from.get(), chunk_.data(), chunk_.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return true;
      if (count <= 0) {
        from.close();
        return true;
      }
      const auto bytes = static_cast<std::size_t>(count);
      if (strict && bytes > limit - to.size()) return false;
      to.append(chunk_.data(), std::min(bytes, limit - to.size()));
    }
    return true;
  }

  const Command& command_;
  Channel input_;
  Channel output_;
  Channel errors_;
  std::size_t written_ = 0;
  std::array<char, chunk_bytes> chunk_{};
  Outcome outcome_;
};

}  // namespace

Result<Outcome> run(const Command& command, const std::stop_token& stop) {
  auto output = open_output_channel();
  auto errors = open_output_channel();
  Result<Channel> input = command.input.empty() ? Channel{} : open_input_channel();
  for (const auto* channel : {&output, &errors, &input}) {
    if (!*channel) return std::unexpected(channel->error());
  }
  return Conversation(command, std::move(*input), std::move(*output), std::move(*errors)).hold(stop);
}

}  // namespace aureacore::git
