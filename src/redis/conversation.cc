#include "redis/conversation.h"

#include <utility>

namespace aureacore::redis {
namespace {

constexpr std::size_t output_bytes = 256 << 10;  // made ready at a time

}  // namespace

void Conversation::begin(std::vector<const Command*> commands) {
  commands_ = std::move(commands);
  replies_.clear();
  replies_.reserve(commands_.size());
  begun_ = 0;
  unanswered_ = 0;
  output_.clear();
  written_ = 0;
}

std::string_view Conversation::output() {
  if (written_ == output_.size()) fill();
  return std::string_view(output_).substr(written_);
}

void Conversation::fill() {
  output_.clear();
  written_ = 0;
  while (begun_ < commands_.size() && output_.size() < output_bytes) {
    const std::size_t waiting = begun_ - replies_.size();
    const Command& command = *commands_[begun_];
    const bool fits = waiting < limits_.unanswered_commands && unanswered_ + command.size() <= limits_.unanswered_bytes;
    if (waiting > 0 && !fits) return;
    command.write_to(output_);
    unanswered_ += command.size();
    ++begun_;
  }
}

base::Status Conversation::receive(std::string_view bytes) {
  auto status = take_in(bytes);
  if (!status) {
    failed_ = true;
    replies_.clear();
  }
  return status;
}

base::Status Conversation::take_in(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto used = parser_.feed(bytes);
    if (!used) return std::unexpected(used.error());
    bytes.remove_prefix(*used);
    auto reply = parser_.take();
    if (!reply || reply->kind == Reply::Kind::push) continue;
    if (replies_.size() == begun_) return base::fail(base::Code::corrupt, "a reply came that answers no command");
    unanswered_ -= commands_[replies_.size()]->size();
    replies_.push_back(std::move(*reply));
  }
  return {};
}

std::vector<Reply> Conversation::end() {
  commands_.clear();
  return std::exchange(replies_, {});
}

}  // namespace aureacore::redis
