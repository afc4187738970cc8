#include "redis/handshake.h"

#include <string_view>

namespace aureacore::redis {
namespace {

using base::Code;
using base::fail;
using base::Status;

Command hello(const Handshake::Options& options) {
  Command command("HELLO");
  command.argument(3);
  if (!options.credentials.password.empty()) {
    command.argument("AUTH")
        .argument(options.credentials.user.empty() ? "default" : options.credentials.user)
        .argument(options.credentials.password);
  }
  return command.argument("SETNAME").argument(options.name);
}

// Servers before 6, and users that may not say HELLO.
bool knows_no_hello(const Reply& reply) {
  return reply.is_error("NOPROTO") || reply.is_error("NOPERM") ||
         (reply.is_error() && reply.text.starts_with("ERR unknown command"));
}

Status judge_role(const Reply& reply, Role expected) {
  // Who may not ask is told by READONLY at the first write.
  if (reply.is_error("NOPERM")) return {};
  if (reply.is_error()) return std::unexpected(error_of(reply));
  if (reply.elements.empty()) return fail(Code::corrupt, "expected the server's role, found {}", name(reply.kind));
  const std::string& role = reply.elements[0].text;
  if (role == "master" || (role == "slave" && expected == Role::replica)) return {};
  return fail(Code::unavailable, "expected a primary, found a {}",
              role == "slave" ? "replica" : "server of another role");
}

// The server's word for it alone: what follows may quote a password.
Status judge_credentials(const Reply& reply, const Credentials& credentials) {
  if (!reply.is_error()) return {};
  const base::Error error = error_of(reply);
  if (reply.is_error("NOAUTH")) {
    return fail(Code::denied, "the server expects a password (AUREACORE_CACHE_PASSWORD or a file), found none");
  }
  if (reply.is_error("LOADING") || reply.is_error("BUSY")) return std::unexpected(error);
  if (credentials.password.empty()) return fail(error.code, "the server refused the greeting");
  return fail(Code::denied, "the server refused user '{}' with the password given ({})",
              credentials.user.empty() ? "default" : credentials.user, reply.text.substr(0, reply.text.find(' ')));
}

}  // namespace

std::vector<Command> Handshake::next() {
  sent_.clear();
  if (stage_ == Stage::done) return {};
  if (stage_ == Stage::hello) {
    sent_.push_back(hello(options_));
  } else {
    add_plain(sent_);
  }
  if (options_.database != 0) sent_.push_back(Command("SELECT").argument(options_.database));
  if (options_.role == Role::cluster_replica) sent_.emplace_back("READONLY");
  if (options_.role == Role::primary || options_.role == Role::replica) sent_.emplace_back("ROLE");
  return sent_;
}

void Handshake::add_plain(std::vector<Command>& commands) const {
  const Credentials& credentials = options_.credentials;
  if (!credentials.password.empty()) {
    Command auth("AUTH");
    if (!credentials.user.empty()) auth.argument(credentials.user);
    commands.push_back(auth.argument(credentials.password));
  }
  commands.push_back(Command("CLIENT").argument("SETNAME").argument(options_.name));
}

Status Handshake::take(std::span<const Reply> replies) {
  if (stage_ == Stage::hello && !replies.empty() && knows_no_hello(replies[0])) {
    stage_ = Stage::plain;
    return {};
  }
  for (std::size_t i = 0; i < sent_.size() && i < replies.size(); ++i) {
    if (auto status = judge(sent_[i], replies[i]); !status) return status;
  }
  stage_ = Stage::done;
  return {};
}

Status Handshake::judge(const Command& command, const Reply& reply) const {
  if (command.name() == "HELLO" || command.name() == "AUTH") return judge_credentials(reply, options_.credentials);
  if (command.name() == "ROLE") return judge_role(reply, options_.role);
  if (reply.is_error("NOAUTH")) return judge_credentials(reply, options_.credentials);
  // A name is a courtesy.
  if (command.name() == "CLIENT" || !reply.is_error()) return {};
  const base::Error error = error_of(reply);
  return std::unexpected(error.in(command.name()));
}

}  // namespace aureacore::redis
