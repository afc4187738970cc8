// Handshake: what is said on a new connection before it is used, and what the answers mean.
//
//   for (auto commands = handshake.next(); !commands.empty(); commands = handshake.next())
//     handshake.take(replies to the commands)
//
// HELLO 3 with user and password; where the server knows no HELLO, AUTH and RESP2. Then the database, and what the
// server must be: the wrong role is found out here, before anything is written to a primary that is none any more.
// Pure: no socket. No error repeats a password.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "redis/command.h"
#include "redis/reply.h"

namespace aureacore::redis {

struct Credentials {
  std::string user;      // empty: the default user
  std::string password;  // empty: none
};

// What the server at the other end must be.
enum class Role : std::uint8_t {
  any,
  primary,          // by ROLE
  replica,          // by ROLE; a primary will do too, it has all that a replica has
  cluster_replica,  // READONLY: it may answer for its primary
};

class Handshake {
 public:
  struct Options {
    Credentials credentials;
    std::string name;  // shown by CLIENT LIST
    std::uint32_t database = 0;
    Role role = Role::any;
  };

  explicit Handshake(Options options) : options_(std::move(options)) {}

  // Empty: done.
  [[nodiscard]] std::vector<Command> next();
  // Errors: denied (credentials), unavailable (another role; loading), invalid.
  base::Status take(std::span<const Reply> replies);

 private:
  enum class Stage : std::uint8_t { hello, plain, done };

  void add_plain(std::vector<Command>& commands) const;
  [[nodiscard]] base::Status judge(const Command& command, const Reply& reply) const;

  Options options_;
  Stage stage_ = Stage::hello;
  std::vector<Command> sent_;
};

}  // namespace aureacore::redis
