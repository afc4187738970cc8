#include "cache/redis_store.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "redis/subscription.h"

namespace aureacore::cache {
namespace {

using base::Code;
using base::fail;
using base::Result;
using base::Status;
using redis::Access;
using redis::Command;
using redis::Reply;

// What parse_head and goes_back do, within Redis. KEYS: the head. ARGV: the expected digest or "", the next head, its
// time-to-live in ms, the rewritten sources. A key that holds no text counts as none, as a head that can't be read does.
constexpr std::string_view move_script = R"lua(
local function number(text)
  local digits = string.gsub(text, '^0+', '')
  if #digits > 20 or (#digits == 20 and digits > '18446744073709551615') then return nil end
  return digits
end
local function parse(text)
  local digest, rest = string.match(text, '^([0-9a-f]+)\n(.*)$')
  if not digest or #digest ~= 40 or (#rest > 0 and string.sub(rest, -1) ~= '\n') then return nil end
  local version = {}
  for line in string.gmatch(rest, '([^\n]*)\n') do
    local position, commit, source = string.match(line, '^(%d+) ([0-9a-f]+) (.+)$')
    position = position and number(position)
    if not position then return nil end
    version[source] = {position = position, commit = commit}
  end
  return digest, version
end
local text = redis.pcall('GET', KEYS[1])
if type(text) ~= 'string' then text = false end
local digest, before
if text then digest, before = parse(text) end
if (digest or '') ~= ARGV[1] then return {'changed', digest and text} end
if digest then
  local rewritten = {}
  for i = 4, #ARGV do rewritten[ARGV[i]] = true end
  local _, after = parse(ARGV[2])
  for source, old in pairs(before) do
    local new = after[source]
    if new and not rewritten[source] and not (new.position == old.position and new.commit == old.commit) then
      local greater = #new.position > #old.position or (#new.position == #old.position and new.position > old.position)
      if not greater then return {'behind', text} end
    end
  end
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return {'moved', digest and text}
)lua";

// KEYS: the lease. ARGV: the owner, the duration in ms. One that would never end is nobody's: we make none.
constexpr std::string_view acquire_script = R"lua(
local owner = redis.pcall('GET', KEYS[1])
if type(owner) == 'string' and owner ~= ARGV[1] and redis.call('PTTL', KEYS[1]) >= 0 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
)lua";
constexpr std::string_view renew_script = R"lua(
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
)lua";
constexpr std::string_view release_script = R"lua(
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
)lua";

// KEYS: the fleet. ARGV: the member, what it says, the duration in ms. The server's clock alone counts.
constexpr std::string_view meet_script = R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f ', now + ARGV[3]) .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local all = redis.call('HGETALL', KEYS[1])
local there = {}
for i = 1, #all, 2 do
  local last, text = string.match(all[i + 1], '^(%d+) (.*)$')
  if last and tonumber(last) > now then
    there[#there + 1] = all[i]
    there[#there + 1] = text
  else
    redis.call('HDEL', KEYS[1], all[i])
  end
end
return there
)lua";

std::string sha1_of(std::string_view text) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string hex;
  for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

// Redis takes no time-to-live of nothing.
std::int64_t milliseconds(base::Duration duration) {
  return std::max<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(duration).count(), 1);
}

// A key that holds something else than a text holds nothing of ours.
bool is_missing(const Result<Reply>& reply) {
  if (!reply) return reply.error().code == Code::not_found || reply.error().code == Code::too_large;
  return reply->kind != Reply::Kind::text || reply->text.size() > max_value_bytes;
}

std::optional<Head> head_in(const Reply& reply) {
  auto head = parse_head(reply.text);
  if (!head) return std::nullopt;
  return std::move(*head);
}

Result<HeadMove> read_move(Reply reply) {
  auto words = redis::as_array(std::move(reply));
  if (!words) return std::unexpected(words.error());
  if (words->empty()) return fail(Code::corrupt, "expected an outcome of moving the head, found nothing");
  HeadMove move;
  // A table in a script ends where its first nothing is.
  if (words->size() > 1) move.found = head_in((*words)[1]);
  const std::string& outcome = words->front().text;
  if (outcome == "moved") return move;
  move.outcome = outcome == "behind" ? HeadMove::Outcome::behind : HeadMove::Outcome::changed;
  return move;
}

std::string announcement_text(const Announcement& announcement) {
  std::string text = (announcement.previous ? announcement.previous->hex() : "-") + ' ' + announcement.next.hex();
  for (const Digest& part : announcement.parts) text += ' ' + part.hex();
  return text;
}

// Nothing where it is none: then something was said that we can't understand, and the head tells.
std::optional<Announcement> parse_announcement(std::string_view text) {
  const auto next_word = [&] {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
  };
  const std::string_view before = next_word();
  const auto previous = Digest::parse(before);
  const auto next = Digest::parse(next_word());
  if (!next || (!previous && before != "-")) return std::nullopt;
  Announcement announcement{previous, *next};
  while (!text.empty()) {
    const auto part = Digest::parse(next_word());
    if (!part || announcement.parts.size() == max_announced_parts) return std::nullopt;
    announcement.parts.push_back(*part);
  }
  return announcement;
}

class RedisSubscription final : public Store::Subscription {
 public:
  RedisSubscription(redis::Client& client, std::string channel, Store::Listener listener)
      : listener_(std::move(listener)),
        subscription_(client, std::move(channel),
                      {.message = [this](std::string_view text) { listener_(parse_announcement(text)); },
                       .missed = [this] { listener_(std::nullopt); }}) {}

 private:
  Store::Listener listener_;
  redis::Subscription subscription_;
};

// The next stretch of parts for one pipeline.
std::span<const Part> next_stretch(std::span<const Part> parts, const RedisStoreOptions& options) {
  std::size_t count = 0;
  std::size_t bytes = 0;
  while (count < parts.size() && count < options.pipelined_parts) {
    bytes += parts[count].bytes.size();
    if (count > 0 && bytes > options.pipelined_bytes) break;
    ++count;
  }
  return parts.first(count);
}

}  // namespace

RedisStore::Script::Script(std::string_view source) : text(source), sha1(sha1_of(source)) {}

RedisStore::RedisStore(redis::Client& client, Options options, std::stop_token stop)
    : client_(client),
      options_(std::move(options)),
      stop_(std::move(stop)),
      base_(fmt::format("{}:{}:", options_.prefix, options_.format)),
      move_(move_script),
      acquire_(acquire_script),
      renew_(renew_script),
      release_(release_script),
      meet_(meet_script) {}

std::string RedisStore::key(std::string_view kind, std::string_view name) const {
  return fmt::format("{}{}{}{}", base_, kind, name.empty() ? "" : ":", name);
}

// Where a part of a Cluster is out of reach, what was there is as good as missing; where all of it is, that is an error.
Result<std::vector<std::optional<std::string>>> RedisStore::get(std::span<const Digest> digests, Deadline deadline) {
  std::vector<std::optional<std::string>> found;
  found.reserve(digests.size());
  std::optional<base::Error> error;
  bool answered = digests.empty();
  for (std::size_t begin = 0; begin < digests.size(); begin += options_.pipelined_parts) {
    std::vector<Command> commands;
    for (const Digest& digest : digests.subspan(begin, std::min(options_.pipelined_parts, digests.size() - begin))) {
      commands.push_back(Command("GET", Access::read).key(key("part", digest.hex())));
    }
    for (Result<Reply>& reply : client_.pipeline(commands, until(deadline))) {
      const bool missing = is_missing(reply);
      if (!reply && !missing) error = reply.error();
      answered = answered || reply || missing;
      found.push_back(missing || !reply ? std::nullopt : std::optional(std::move(reply->text)));
    }
    if (!answered) return std::unexpected(*error);
  }
  return found;
}

Status RedisStore::put(std::span<const Part> parts, base::Duration ttl, Deadline deadline) {
  const auto large = std::ranges::find_if(parts, [](const Part& part) { return part.bytes.size() > max_value_bytes; });
  if (large != parts.end()) {
    return fail(Code::too_large, "a part of {} bytes is larger than the limit of {}", large->bytes.size(),
                max_value_bytes);
  }
  while (!parts.empty()) {
    const auto stretch = next_stretch(parts, options_);
    parts = parts.subspan(stretch.size());
    std::vector<Command> commands;
    commands.reserve(stretch.size());
    for (const Part& part : stretch) {
      commands.push_back(Command("SET").key(key("part", part.digest.hex())).argument(part.bytes));
      commands.back().argument("PX").argument(milliseconds(ttl));
    }
    for (const Result<Reply>& reply : client_.pipeline(commands, until(deadline))) {
      if (!reply) return std::unexpected(reply.error());
    }
  }
  return {};
}

Result<std::vector<bool>> RedisStore::renew(std::span<const Digest> digests, base::Duration ttl, Deadline deadline) {
  std::vector<std::string> keys;
  for (const Digest& digest : digests) keys.push_back(key("part", digest.hex()));
  keys.push_back(key("head"));
  std::vector<bool> there;
  for (std::size_t begin = 0; begin < keys.size(); begin += options_.pipelined_parts) {
    std::vector<Command> commands;
    for (std::size_t i = begin; i < std::min(begin + options_.pipelined_parts, keys.size()); ++i) {
      commands.push_back(Command("PEXPIRE").key(keys[i]).argument(milliseconds(ttl)));
    }
    for (const Result<Reply>& reply : client_.pipeline(commands, until(deadline))) {
      if (!reply) return std::unexpected(reply.error());
      there.push_back(reply->integer == 1);
    }
  }
  there.pop_back();
  return there;
}

Result<std::optional<Head>> RedisStore::head(Deadline deadline) {
  const auto reply = client_.call(Command("GET", Access::newest).key(key("head")), until(deadline));
  if (is_missing(reply)) return std::nullopt;
  if (!reply) return std::unexpected(reply.error());
  return head_in(*reply);
}

Result<HeadMove> RedisStore::move_head(const MoveTerms& terms, const Head& next, Deadline deadline) {
  std::vector<std::string> arguments = {terms.expected ? terms.expected->hex() : "", head_text(next),
                                        std::to_string(milliseconds(terms.ttl))};
  arguments.insert(arguments.end(), terms.rewritten.begin(), terms.rewritten.end());
  auto reply = run(move_, key("head"), arguments, deadline);
  if (!reply) return std::unexpected(reply.error());
  return read_move(std::move(*reply));
}

Result<bool> RedisStore::acquire(std::string_view lease, std::string_view owner, base::Duration duration,
                                 Deadline deadline) {
  return run_lease(acquire_, lease, owner, duration, deadline);
}

Result<bool> RedisStore::renew_lease(std::string_view lease, std::string_view owner, base::Duration duration,
                                     Deadline deadline) {
  return run_lease(renew_, lease, owner, duration, deadline);
}

Status RedisStore::release(std::string_view lease, std::string_view owner, Deadline deadline) {
  const auto released = run_lease(release_, lease, owner, {}, deadline);
  return released ? Status() : std::unexpected(released.error());
}

Result<bool> RedisStore::run_lease(const Script& script, std::string_view lease, std::string_view owner,
                                   base::Duration duration, Deadline deadline) {
  const std::array arguments = {std::string(owner), std::to_string(milliseconds(duration))};
  const auto reply = run(script, key("lease", lease), arguments, deadline);
  if (!reply) return std::unexpected(reply.error());
  const auto done = redis::as_integer(*reply);
  if (!done) return std::unexpected(done.error());
  return *done == 1;
}

// By the script's digest, or, where the server doesn't know it (yet, any more), by its text.
Result<Reply> RedisStore::run(const Script& script, std::string_view key, std::span<const std::string> arguments,
                              Deadline deadline) {
  const auto call = [&](std::string_view name, std::string_view text) {
    Command command = Command(name).argument(text).argument(1).key(key);
    for (const std::string& argument : arguments) command.argument(argument);
    return client_.call(command, until(deadline));
  };
  auto reply = call("EVALSHA", script.sha1);
  if (!reply && reply.error().code == Code::not_found) reply = call("EVAL", script.text);
  return reply;
}

Result<Members> RedisStore::meet(std::string_view member, std::string_view text, base::Duration duration,
                                 Deadline deadline) {
  const std::array arguments = {std::string(member), std::string(text), std::to_string(milliseconds(duration))};
  auto reply = run(meet_, options_.fleet + ":fleet", arguments, deadline);
  if (!reply) return std::unexpected(reply.error());
  const auto words = redis::as_array(std::move(*reply));
  if (!words) return std::unexpected(words.error());
  Members members;
  for (std::size_t i = 0; i + 1 < words->size(); i += 2) members.emplace((*words)[i].text, (*words)[i + 1].text);
  return members;
}

Status RedisStore::announce(const Announcement& announcement, Deadline deadline) {
  const auto reply = client_.call(
      Command("PUBLISH").argument(key("announcements")).argument(announcement_text(announcement)), until(deadline));
  return reply ? Status() : std::unexpected(reply.error());
}

std::unique_ptr<Store::Subscription> RedisStore::subscribe(Listener listener) {
  return std::make_unique<RedisSubscription>(client_, key("announcements"), std::move(listener));
}

}  // namespace aureacore::cache
