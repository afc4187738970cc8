// RedisStore: a store that many instances share, in one Redis: a server, a primary with replicas, or a Cluster.
//
//   {prefix}:<format>:part:<digest>     the bytes of a part
//   {prefix}:<format>:head              the head as one value
//   {prefix}:<format>:lease:<name>      the owner
//   {prefix}:<format>:announcements     the channel: "<digest or -> <digest>", and the digests of new parts
//   {fleet}:fleet                       a hash: member → "<when it ends, ms since 1970> <what it says>"
//
// Everything has a time-to-live. Every command has one key, so parts spread over a Cluster's slots; the head is moved by
// a script, in one step on the server that has it. Parts are read from replicas for preference, where a miss asks the
// primary; the head is read from the primary for preference. Nothing is trusted because Redis says it: see Store.
#pragma once

#include <string>

#include "cache/store.h"
#include "redis/client.h"

namespace aureacore::cache {

struct RedisStoreOptions {
  std::string prefix = "aureacore";       // of all keys, so that several catalogs can share a Redis
  std::string fleet = "aureacore";        // of the key that the instances meet at
  std::uint32_t format = cache::format;   // of what is stored; another one in tests alone
  std::size_t pipelined_bytes = 8 << 20;  // of parts that are written in one pipeline
  std::size_t pipelined_parts = 500;      // read, written or renewed in one pipeline
};

class RedisStore final : public Store {
 public:
  using Options = RedisStoreOptions;

  // The client must outlive it. `stop` ends its calls early.
  RedisStore(redis::Client& client, Options options, std::stop_token stop = {});

  base::Result<std::vector<std::optional<std::string>>> get(std::span<const Digest> digests,
                                                            Deadline deadline) override;
  base::Status put(std::span<const Part> parts, base::Duration ttl, Deadline deadline) override;
  base::Result<std::vector<bool>> renew(std::span<const Digest> digests, base::Duration ttl,
                                        Deadline deadline) override;

  base::Result<std::optional<Head>> head(Deadline deadline) override;
  base::Result<HeadMove> move_head(const MoveTerms& terms, const Head& next, Deadline deadline) override;

  base::Result<bool> acquire(std::string_view lease, std::string_view owner, base::Duration duration,
                             Deadline deadline) override;
  base::Result<bool> renew_lease(std::string_view lease, std::string_view owner, base::Duration duration,
                                 Deadline deadline) override;
  base::Status release(std::string_view lease, std::string_view owner, Deadline deadline) override;

  base::Result<Members> meet(std::string_view member, std::string_view text, base::Duration duration,
                             Deadline deadline) override;
  base::Status announce(const Announcement& announcement, Deadline deadline) override;
  [[nodiscard]] std::unique_ptr<Subscription> subscribe(Listener listener) override;

 private:
  // A script and the digest by which Redis knows it.
  struct Script {
    explicit Script(std::string_view source);
    std::string_view text;
    std::string sha1;
  };

  [[nodiscard]] std::string key(std::string_view kind, std::string_view name = {}) const;
  [[nodiscard]] redis::Deadline until(Deadline deadline) const { return {deadline, stop_}; }
  base::Result<redis::Reply> run(const Script& script, std::string_view key, std::span<const std::string> arguments,
                                 Deadline deadline);
  base::Result<bool> run_lease(const Script& script, std::string_view lease, std::string_view owner,
                               base::Duration duration, Deadline deadline);

  redis::Client& client_;
  Options options_;
  std::stop_token stop_;
  std::string base_;
  Script move_;
  Script acquire_;
  Script renew_;
  Script release_;
  Script meet_;
};

}  // namespace aureacore::cache
