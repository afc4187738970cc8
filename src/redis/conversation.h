// Conversation: one pipeline on one connection: commands out, replies in, and how much may be under way between.
//
//   begin(commands); until done(): write output(), tell wrote(n); give what comes to receive()
//
// Writing and reading go on beside each other, and what is sent and not answered is limited, so that neither side waits
// for the other with full buffers. Pure: no socket, no clock. One owner, one thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "redis/command.h"
#include "redis/limits.h"
#include "redis/parser.h"

namespace aureacore::redis {

class Conversation {
 public:
  explicit Conversation(const Limits& limits) : limits_(limits), parser_(limits) {}

  // The commands must stay where they are until it is done.
  void begin(std::vector<const Command*> commands);

  // What may be written now; empty where something must be answered first.
  std::string_view output();
  void wrote(std::size_t bytes) { written_ += bytes; }

  // Errors: corrupt, too_large: the connection is of no use any more, and nothing that it said is believed.
  base::Status receive(std::string_view bytes);

  [[nodiscard]] bool done() const { return !failed_ && replies_.size() == commands_.size(); }
  // Of the commands, how many may have reached the server.
  [[nodiscard]] std::size_t sent() const { return begun_; }
  // The replies so far, in the commands' order; ends the conversation.
  std::vector<Reply> end();

 private:
  void fill();
  base::Status take_in(std::string_view bytes);

  Limits limits_;
  ReplyParser parser_;
  std::vector<const Command*> commands_;
  std::vector<Reply> replies_;
  bool failed_ = false;
  std::size_t begun_ = 0;       // commands that have gone into output_
  std::size_t unanswered_ = 0;  // bytes of those that no reply has come to
  std::string output_;
  std::size_t written_ = 0;  // of output_
};

}  // namespace aureacore::redis
