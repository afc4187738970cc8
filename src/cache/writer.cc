#include "cache/writer.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "base/parallel.h"
#include "cache/envelope.h"
#include "cache/shard.h"
#include "cache/source_part.h"
#include "catalog/difference.h"

namespace aureacore::cache {
namespace {

using catalog::EntityPtr;

constexpr std::size_t batch_bytes = std::size_t{1} << 20;
constexpr std::size_t worth_threads = 16;  // shards

// Seals parts and gathers them for a sink that several threads share.
class Outlet {
 public:
  Outlet(const Sink& sink, const WriteTerms& terms) : sink_(sink), terms_(terms) {}

  // Gives the size as stored.
  base::Result<std::size_t> put(std::string_view content, base::Duration ttl) {
    auto part = seal(content, terms_.compress);
    if (!part) return std::unexpected(part.error());
    const std::size_t size = part->bytes.size();
    if (auto status = put(*std::move(part), ttl); !status) return std::unexpected(status.error());
    return size;
  }
  // One that is sealed.
  base::Status put(Part part, base::Duration ttl) {
    const std::scoped_lock lock(mutex_);
    bytes_ += part.bytes.size();
    parts_[ttl].push_back(std::move(part));
    return bytes_ >= batch_bytes ? flush_locked() : base::Status();
  }
  [[nodiscard]] const Lifetimes& lifetimes() const { return terms_.lifetimes; }
  base::Status flush() {
    const std::scoped_lock lock(mutex_);
    return flush_locked();
  }

 private:
  base::Status flush_locked() {
    bytes_ = 0;
    for (const auto& [ttl, parts] : std::exchange(parts_, {})) {
      if (auto status = sink_(parts, ttl); !status) return status;
    }
    return {};
  }

  const Sink& sink_;
  const WriteTerms& terms_;
  std::mutex mutex_;
  std::map<base::Duration, std::vector<Part>> parts_;  // by time-to-live; guarded by mutex_
  std::size_t bytes_ = 0;                              // guarded by mutex_
};

// work(i, index) for each i on as many threads as it is worth, until one fails.
template <class Work>
base::Status for_each_shard(std::size_t count, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  base::Status result;
  const auto run = [&](std::size_t, std::size_t) {
    catalog::IndexReader index;
    for (std::size_t i = next++; i < count; i = next++) {
      if (auto status = work(i, index); !status) {
        const std::scoped_lock lock(mutex);
        result = std::move(status);
        next = count;
      }
    }
  };
  if (count < worth_threads) {
    run(0, count);
  } else {
    base::in_parallel(count, run);
  }
  return result;
}

bool same_state(const catalog::SourceState& a, const catalog::SourceState& b) {
  return a.id == b.id && a.url == b.url && a.branch == b.branch && a.commit == b.commit && a.position == b.position &&
         a.author == b.author && a.subject == b.subject && a.time == b.time && a.files == b.files;
}

// The entities before with the changes, both by reference.
std::vector<EntityPtr> changed(const std::vector<EntityPtr>& before, const std::vector<catalog::Difference>& changes) {
  std::vector<EntityPtr> after;
  auto old = before.begin();
  for (const auto& [gone, come] : changes) {
    const std::string& key = (gone ? gone : come)->key();
    for (; old != before.end() && (*old)->key() < key; ++old) after.push_back(*old);
    if (old != before.end() && (*old)->key() == key) ++old;
    if (come) after.push_back(come);
  }
  after.insert(after.end(), old, before.end());
  return after;
}

class Writer {
 public:
  Writer(const catalog::SnapshotPtr& snapshot, ImagePtr before, const WriteTerms& terms, const Sink& sink)
      : before_(std::move(before)), outlet_(sink, terms) {
    image_.snapshot = snapshot;
    image_.shards.resize(shard_count(snapshot->size()));
    if (before_ && before_->shards.size() != image_.shards.size()) before_ = nullptr;
    if (!before_) return;
    known_.insert(before_->manifest.claims);
    for (const auto& source : before_->manifest.sources) known_.insert(source.part);
    image_.shards = before_->shards;
  }

  base::Result<ImagePtr> write() {
    if (auto status = before_ ? write_changed_shards() : write_all_shards(); !status) {
      return std::unexpected(status.error());
    }
    for (const ShardPtr& shard : image_.shards) image_.manifest.shards.push_back(shard->digest);
    if (auto status = write_sources(); !status) return std::unexpected(status.error());
    if (auto status = write_claims(); !status) return std::unexpected(status.error());
    const std::string manifest = encode(image_.manifest);
    image_.digest = Digest::of(manifest);
    // Whoever finds the manifest finds all that it names.
    if (auto status = outlet_.flush(); !status) return std::unexpected(status.error());
    const auto longest = outlet_.lifetimes().longest();
    const auto put = outlet_.put(manifest, longest);
    if (!put) return std::unexpected(put.error());
    auto status = outlet_.put(version_part(image_), longest);
    if (status) status = outlet_.flush();
    if (!status) return std::unexpected(status.error());
    return std::make_shared<const Image>(std::move(image_));
  }

 private:
  base::Status write_all_shards() {
    std::vector<std::vector<EntityPtr>> entities(image_.shards.size());
    const auto& slots = image_.snapshot->slots();
    image_.snapshot->visit_slots(image_.snapshot->everything(), [&](std::uint32_t slot, const catalog::Entity& entity) {
      entities[shard_of(entity.key(), entities.size())].push_back(slots.at(slot));
    });
    return for_each_shard(entities.size(), [&](std::size_t i, catalog::IndexReader& index) {
      return write_shard(i, std::move(entities[i]), index);
    });
  }

  base::Status write_changed_shards() {
    std::map<std::size_t, std::vector<catalog::Difference>> by_shard;
    for (auto& each : catalog::difference(*before_->snapshot, *image_.snapshot)) {
      const std::string& key = (each.before ? each.before : each.after)->key();
      by_shard[shard_of(key, image_.shards.size())].push_back(std::move(each));
    }
    std::vector<std::pair<std::size_t, std::vector<catalog::Difference>>> work(
        std::make_move_iterator(by_shard.begin()), std::make_move_iterator(by_shard.end()));
    return for_each_shard(work.size(), [&](std::size_t i, catalog::IndexReader& index) {
      const auto& [shard, changes] = work[i];
      return write_shard(shard, changed(before_->shards[shard]->entities, changes), index);
    });
  }

  base::Status write_shard(std::size_t number, std::vector<EntityPtr> entities, catalog::IndexReader& index) {
    const auto content = encode_shard(entities, index);
    if (!content) return std::unexpected(content.error());
    const Digest digest = Digest::of(*content);
    const bool is_known = before_ && before_->shards[number]->digest == digest;
    base::Result<std::size_t> size =
        is_known ? before_->shards[number]->stored_bytes : outlet_.put(*content, outlet_.lifetimes().of(entities));
    if (!size) return std::unexpected(size.error());
    image_.shards[number] = make_shard(digest, std::move(entities), *size);
    return {};
  }

  base::Status put_new(std::string_view content, Digest& digest, base::Duration ttl) {
    digest = Digest::of(content);
    if (known_.contains(digest)) return {};
    const auto size = outlet_.put(content, ttl);
    return size ? base::Status() : std::unexpected(size.error());
  }

  base::Status write_sources() {
    const bool same_files = before_ && &before_->snapshot->diagnostics() == &image_.snapshot->diagnostics();
    for (const auto& state : image_.snapshot->sources()) {
      auto& source = image_.manifest.sources.emplace_back();
      source.version = {state.id, state.position, state.commit};
      const auto* state_before = same_files ? before_->snapshot->source(state.id) : nullptr;
      if (state_before != nullptr && same_state(*state_before, state)) {
        source.part = std::ranges::find(before_->manifest.sources, source.version, &Manifest::Source::version)->part;
      } else if (auto status = put_new(encode_source(*image_.snapshot, state), source.part,
                                       outlet_.lifetimes().of_source(state.id));
                 !status) {
        return status;
      }
    }
    return {};
  }

  base::Status write_claims() {
    if (before_ && &before_->snapshot->contested() == &image_.snapshot->contested()) {
      image_.manifest.claims = before_->manifest.claims;
      return {};
    }
    return put_new(encode_claims(image_.snapshot->contested()), image_.manifest.claims, outlet_.lifetimes().longest());
  }

  ImagePtr before_;
  Outlet outlet_;
  std::set<Digest> known_;  // of the small parts
  Image image_;
};

}  // namespace

base::Result<ImagePtr> write(const catalog::SnapshotPtr& snapshot, const ImagePtr& before, const WriteTerms& terms,
                             const Sink& sink) {
  return Writer(snapshot, before, terms, sink).write();
}

base::Status write_again(const Image& image, std::span<const Digest> wanted, const WriteTerms& terms,
                         const Sink& sink) {
  const std::set<Digest> digests(wanted.begin(), wanted.end());
  const Lifetimes& lifetimes = terms.lifetimes;
  Outlet outlet(sink, terms);
  const auto put = [&](const Digest& digest, base::Duration ttl, const auto& encoded) -> base::Status {
    if (!digests.contains(digest)) return {};
    const base::Result<std::string> content = encoded();
    if (!content) return std::unexpected(content.error());
    const auto size = outlet.put(*content, ttl);
    return size ? base::Status() : std::unexpected(size.error());
  };
  auto status = for_each_shard(image.shards.size(), [&](std::size_t i, catalog::IndexReader& index) {
    const Shard& shard = *image.shards[i];
    return put(shard.digest, lifetimes.of(shard.entities), [&] { return encode_shard(shard.entities, index); });
  });
  for (const auto& [version, part] : image.manifest.sources) {
    if (!status) return status;
    status = put(part, lifetimes.of_source(version.source),
                 [&] { return encode_source(*image.snapshot, *image.snapshot->source(version.source)); });
  }
  const auto put_last = [&](const Digest& digest, const auto& encoded) {
    return put(digest, lifetimes.longest(), encoded);
  };
  if (status) status = put_last(image.manifest.claims, [&] { return encode_claims(image.snapshot->contested()); });
  if (status) status = outlet.flush();
  if (status) status = put_last(image.digest, [&] { return encode(image.manifest); });
  return status ? outlet.flush() : status;
}

Digest version_key(std::string_view token) { return Digest::of(fmt::format("the catalog of version {}", token)); }

Part version_part(const Image& image) { return {version_key(image.snapshot->token()), image.digest.hex()}; }

std::vector<base::Duration> lifetimes_of(const Image& image, const Lifetimes& lifetimes) {
  std::vector<base::Duration> all;
  all.reserve(image.shards.size() + image.manifest.sources.size() + 2);
  for (const ShardPtr& shard : image.shards) all.push_back(lifetimes.of(shard->entities));
  for (const auto& source : image.manifest.sources) all.push_back(lifetimes.of_source(source.version.source));
  all.push_back(lifetimes.longest());  // the claims
  all.push_back(lifetimes.longest());  // the manifest
  return all;
}

}  // namespace aureacore::cache
