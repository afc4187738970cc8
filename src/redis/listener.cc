#include "redis/listener.h"

#include "redis/command.h"

namespace aureacore::redis {

std::string Listener::subscribe() const {
  std::string bytes;
  Command("SUBSCRIBE").argument(channel_).write_to(bytes);
  return bytes;
}

std::string Listener::ping() {
  std::string bytes;
  Command("PING").write_to(bytes);
  return bytes;
}

base::Result<Listener::Heard> Listener::receive(std::string_view bytes) {
  Heard heard;
  while (!bytes.empty()) {
    const auto used = parser_.feed(bytes);
    if (!used) return std::unexpected(used.error());
    bytes.remove_prefix(*used);
    const auto reply = parser_.take();
    if (!reply) continue;
    if (auto status = hear(*reply, heard); !status) return std::unexpected(status.error());
  }
  return heard;
}

// [subscribe, channel, count] or [message, channel, text], as an array or as a push; anything else is a pong.
base::Status Listener::hear(const Reply& reply, Heard& heard) const {
  if (reply.is_error()) return std::unexpected(error_of(reply));
  const auto& words = reply.elements;
  if (words.size() != 3 || words[1].text != channel_) return {};
  if (words[0].text == "subscribe") heard.subscribed = true;
  if (words[0].text == "message" && words[2].text.size() <= message_bytes_) heard.messages.push_back(words[2].text);
  return {};
}

}  // namespace aureacore::redis
