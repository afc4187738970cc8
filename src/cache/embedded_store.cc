#include "cache/embedded_store.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace aureacore::cache {
namespace {

namespace fs = std::filesystem;
using base::Code;
using Table = Lmdb::Table;

constexpr std::string_view file_prefix = "catalog-";
constexpr std::string_view head_key = "head";
// So much is written in one transaction: a long one keeps the pages that it replaces.
constexpr std::size_t transaction_bytes = std::size_t{16} << 20;

// From so many on, those that have run out are looked for and thrown away.
constexpr std::size_t many_leases = 1'024;

using Moment = std::array<char, sizeof(std::uint64_t)>;

std::string_view view_of(const Moment& bytes) { return {bytes.data(), bytes.size()}; }

Moment encode(std::uint64_t moment) {
  Moment bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(moment >> (8 * i));
  return bytes;
}

// Of anything else than a moment: the beginning of time.
std::uint64_t decode(std::string_view bytes) {
  std::uint64_t moment = 0;
  if (bytes.size() != sizeof moment) return 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    moment |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return moment;
}

void delete_other_formats(const fs::path& directory, std::string_view mine) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(file_prefix) && !name.starts_with(mine)) fs::remove(entry.path(), error);
  }
}

// 0 or LMDB's code; no head where there is none that can be read.
int read_head(Lmdb::Transaction& transaction, std::optional<Head>& head) {
  std::string_view text;
  const int code = transaction.get(Table::meta, head_key, text);
  if (code == MDB_NOTFOUND) return 0;
  if (code != 0) return code;
  if (auto parsed = parse_head(text)) head = *std::move(parsed);
  return 0;
}

HeadMove::Outcome outcome_of(const std::optional<Head>& found, const MoveTerms& terms, const Head& next) {
  const auto manifest = found ? std::optional(found->manifest) : std::nullopt;
  if (manifest != terms.expected) return HeadMove::Outcome::changed;
  if (found && !goes_back(found->version, next.version, terms.rewritten).empty()) return HeadMove::Outcome::behind;
  return HeadMove::Outcome::moved;
}

}  // namespace

class EmbeddedStore::Subscribed final : public Subscription {
 public:
  Subscribed(EmbeddedStore& store, Listener listener) : store_(store) {
    const std::scoped_lock lock(store_.listeners_mutex_);
    listener(std::nullopt);
    store_.listeners_.emplace(this, std::move(listener));
  }
  ~Subscribed() override {
    const std::scoped_lock lock(store_.listeners_mutex_);
    store_.listeners_.erase(this);
  }
  Subscribed(const Subscribed&) = delete;
  Subscribed& operator=(const Subscribed&) = delete;

 private:
  EmbeddedStore& store_;
};

base::Result<std::unique_ptr<EmbeddedStore>> EmbeddedStore::open(const fs::path& directory, const base::Clock& clock,
                                                                 const base::Log& log, EmbeddedOptions options) {
  const auto name = fmt::format("{}{}.mdb", file_prefix, format);
  delete_other_formats(directory, name);
  LmdbOptions lmdb{.file = directory / name};
  lmdb.max_bytes = options.max_bytes;
  lmdb.initial_bytes = std::min(lmdb.initial_bytes, lmdb.max_bytes);
  auto database = Lmdb::open(std::move(lmdb), log);
  if (!database) return std::unexpected(database.error());
  return std::unique_ptr<EmbeddedStore>(new EmbeddedStore(*std::move(database), clock, options));
}

base::Status EmbeddedStore::in_time(Deadline deadline) const {
  if (clock_.steady() < deadline) return {};
  return base::fail(Code::timeout, "expected the cache file to answer before the deadline, which has passed");
}

std::uint64_t EmbeddedStore::milliseconds(base::Duration from_now) const {
  const auto since = clock_.wall().time_since_epoch() + from_now;
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

base::Result<std::vector<std::optional<std::string>>> EmbeddedStore::get(std::span<const Digest> digests,
                                                                         Deadline deadline) {
  if (auto status = in_time(deadline); !status) return std::unexpected(status.error());
  std::vector<std::optional<std::string>> found(digests.size());
  const auto done = database_->read([&](Lmdb::Transaction& transaction) {
    for (std::size_t i = 0; i < digests.size(); ++i) {
      std::string_view bytes;
      const int code = transaction.get(Table::parts, digests[i].raw(), bytes);
      if (code == 0 && bytes.size() <= max_value_bytes) found[i] = bytes;
      if (code != 0 && code != MDB_NOTFOUND) return code;
    }
    return 0;
  });
  if (!done) return std::unexpected(done.error());
  return found;
}

base::Status EmbeddedStore::put(std::span<const Part> parts, base::Duration ttl, Deadline deadline) {
  for (const Part& part : parts) {
    if (part.bytes.size() > max_value_bytes) {
      return base::fail(Code::too_large, "expected a part of at most {} bytes, found {} in {}", max_value_bytes,
                        part.bytes.size(), part.digest.hex());
    }
  }
  const std::uint64_t expiry = milliseconds(ttl);
  bool swept = false;
  while (!parts.empty()) {
    if (auto status = in_time(deadline); !status) return status;
    std::size_t count = 0;
    for (std::size_t bytes = 0; count < parts.size() && bytes < transaction_bytes; ++count) {
      bytes += parts[count].bytes.size();
    }
    if (auto status = put_some(parts.first(count), expiry); !status) {
      // Where it is full, what ran out may make room.
      if (swept || !sweep()) return status;
      swept = true;
      continue;
    }
    parts = parts.subspan(count);
  }
  return sweep_is_due() ? sweep() : base::Status();
}

base::Status EmbeddedStore::put_some(std::span<const Part> parts, std::uint64_t expiry) {
  return database_->write([&](Lmdb::Transaction& transaction) {
    for (const Part& part : parts) {
      const std::string_view key = part.digest.raw();
      if (const int code = transaction.put(Table::parts, key, part.bytes); code != 0) return code;
      if (const int code = transaction.put(Table::expiries, key, view_of(encode(expiry))); code != 0) return code;
    }
    return 0;
  });
}

base::Result<std::vector<bool>> EmbeddedStore::renew(std::span<const Digest> digests, base::Duration ttl,
                                                     Deadline deadline) {
  if (auto status = in_time(deadline); !status) return std::unexpected(status.error());
  const Moment expiry = encode(milliseconds(ttl));
  std::vector<bool> there(digests.size());
  const auto done = database_->write([&](Lmdb::Transaction& transaction) {
    for (std::size_t i = 0; i < digests.size(); ++i) {
      std::string_view before;
      int code = transaction.get(Table::expiries, digests[i].raw(), before);
      there[i] = code == 0;
      if (code == 0) code = transaction.put(Table::expiries, digests[i].raw(), view_of(expiry));
      if (code != 0 && code != MDB_NOTFOUND) return code;
    }
    return 0;
  });
  if (!done) return std::unexpected(done.error());
  return there;
}

bool EmbeddedStore::sweep_is_due() {
  const std::scoped_lock lock(mutex_);
  if (clock_.steady() < next_sweep_) return false;
  next_sweep_ = clock_.steady() + options_.sweep_interval;
  return true;
}

base::Status EmbeddedStore::sweep() {
  const std::uint64_t now = milliseconds({});
  return database_->write([&](Lmdb::Transaction& transaction) {
    std::vector<std::string> gone;
    int code = transaction.for_each(Table::expiries, [&](std::string_view key, std::string_view expiry) {
      if (decode(expiry) <= now) gone.emplace_back(key);
      return 0;
    });
    for (const std::string& key : gone) {
      if (code == 0) code = transaction.erase(Table::parts, key);
      if (code == 0) code = transaction.erase(Table::expiries, key);
    }
    return code;
  });
}

base::Result<std::optional<Head>> EmbeddedStore::head(Deadline deadline) {
  if (auto status = in_time(deadline); !status) return std::unexpected(status.error());
  std::optional<Head> found;
  const auto done = database_->read([&](Lmdb::Transaction& transaction) { return read_head(transaction, found); });
  if (!done) return std::unexpected(done.error());
  return found;
}

base::Result<HeadMove> EmbeddedStore::move_head(const MoveTerms& terms, const Head& next, Deadline deadline) {
  if (auto status = in_time(deadline); !status) return std::unexpected(status.error());
  HeadMove move;
  const auto done = database_->write([&](Lmdb::Transaction& transaction) {
    move = {};
    if (const int code = read_head(transaction, move.found); code != 0) return code;
    move.outcome = outcome_of(move.found, terms, next);
    if (move.outcome != HeadMove::Outcome::moved) return 0;
    return transaction.put(Table::meta, head_key, head_text(next));
  });
  if (!done) return std::unexpected(done.error());
  return move;
}

EmbeddedStore::Lease* EmbeddedStore::held(std::string_view lease) {
  const auto found = leases_.find(lease);
  if (found == leases_.end()) return nullptr;
  if (found->second.until > clock_.steady()) return &found->second;
  leases_.erase(found);
  return nullptr;
}

base::Result<bool> EmbeddedStore::acquire(std::string_view lease, std::string_view owner, base::Duration duration,
                                          Deadline /*deadline*/) {
  const std::scoped_lock lock(mutex_);
  if (const Lease* now = held(lease); now != nullptr && now->owner != owner) return false;
  if (leases_.size() >= many_leases) {
    std::erase_if(leases_, [now = clock_.steady()](const auto& entry) { return entry.second.until <= now; });
  }
  leases_[std::string(lease)] = {std::string(owner), clock_.steady() + duration};
  return true;
}

base::Result<bool> EmbeddedStore::renew_lease(std::string_view lease, std::string_view owner, base::Duration duration,
                                              Deadline /*deadline*/) {
  const std::scoped_lock lock(mutex_);
  Lease* now = held(lease);
  if (now == nullptr || now->owner != owner) return false;
  now->until = clock_.steady() + duration;
  return true;
}

base::Status EmbeddedStore::release(std::string_view lease, std::string_view owner, Deadline /*deadline*/) {
  const std::scoped_lock lock(mutex_);
  if (const Lease* now = held(lease); now != nullptr && now->owner == owner) leases_.erase(leases_.find(lease));
  return {};
}

base::Result<Members> EmbeddedStore::meet(std::string_view member, std::string_view text, base::Duration duration,
                                          Deadline /*deadline*/) {
  const auto now = clock_.steady();
  const std::scoped_lock lock(mutex_);
  members_[std::string(member)] = {std::string(text), now + duration};
  std::erase_if(members_, [now](const auto& each) { return each.second.until <= now; });
  Members all;
  for (const auto& [name, said] : members_) all.emplace(name, said.text);
  return all;
}

base::Status EmbeddedStore::announce(const Announcement& announcement, Deadline /*deadline*/) {
  const std::scoped_lock lock(listeners_mutex_);
  for (const auto& [subscription, listener] : listeners_) listener(announcement);
  return {};
}

std::unique_ptr<Store::Subscription> EmbeddedStore::subscribe(Listener listener) {
  return std::make_unique<Subscribed>(*this, std::move(listener));
}

}  // namespace aureacore::cache
