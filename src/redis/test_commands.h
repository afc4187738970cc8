// Commands and replies in the words of tests.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "redis/command.h"
#include "redis/deadline.h"
#include "redis/reply.h"

namespace aureacore::redis {

inline Reply error(std::string text) { return {.kind = Reply::Kind::error, .text = std::move(text)}; }
inline Deadline soon() { return Deadline::in(std::chrono::seconds(20)); }
inline Command get(std::string_view key, Access access = Access::read) { return Command("GET", access).key(key); }
inline Command set(std::string_view key, std::string_view value) { return Command("SET").key(key).argument(value); }

// What is there, or the error.
inline std::string said(base::Result<Reply> reply) { return reply ? reply->text : reply.error().message; }

}  // namespace aureacore::redis
