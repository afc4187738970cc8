#include "cache/reader.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include "base/parallel.h"
#include "cache/envelope.h"
#include "cache/shard.h"
#include "cache/source_part.h"
#include "catalog/difference.h"
#include "catalog/editor.h"
#include "catalog/load.h"

namespace aureacore::cache {
namespace {

using base::Code;
using catalog::EntityPtr;
using catalog::Segment;
using Claims = catalog::Snapshot::Claims;

// Parts asked for in one call.
constexpr std::size_t batch_size = 32;
// Where more than this share of the shards differ, all are read at once.
constexpr std::size_t bulk_share = 4;

// What both stores and snapshots name: rows that belong to this shard and no other.
base::Status check_shard(const Segment& segment, std::size_t number, std::size_t shards) {
  for (const auto& row : segment.rows) {
    if (shard_of(row.entity->key(), shards) == number) continue;
    return base::fail(Code::corrupt, "expected {} in another shard than {}", row.entity->key(), number);
  }
  return {};
}

bool same(const catalog::Entity& a, const catalog::Entity& b) {
  return a.etag == b.etag && a.tail == b.tail && a.problems == b.problems && same(*a.definition, *b.definition);
}

bool same(const std::vector<entity::DefinitionPtr>& a, const std::vector<entity::DefinitionPtr>& b) {
  return std::ranges::equal(a, b, [](const auto& one, const auto& other) { return same(*one, *other); });
}

template <class T>
base::Status take(base::Result<T> result, T& out) {
  if (!result) return std::unexpected(std::move(result.error()));
  out = *std::move(result);
  return {};
}

class Reader {
 public:
  Reader(Store& store, ImagePtr before, const ReadTerms& terms)
      : store_(store), before_(std::move(before)), terms_(terms) {}

  base::Result<ImagePtr> read(const Digest& digest) {
    image_.digest = digest;
    auto status = fetch_likely(digest);
    if (status) {
      status = fetch({&digest, 1}, [&](std::size_t, std::string_view content, std::size_t) {
        return take(decode_manifest(content), image_.manifest);
      });
    }
    if (status) status = find_differing();
    if (status) status = fetch_shards();
    if (status) status = fetch_sources();
    if (status) status = fetch_claims();
    if (status) status = before_ ? edit() : build();
    if (!status) return std::unexpected(status.error());
    return std::make_shared<const Image>(std::move(image_));
  }

 private:
  using Parts = std::vector<std::optional<std::string>>;

  base::Status fetch_likely(const Digest& manifest) {
    if (terms_.likely.empty()) return {};
    std::vector<Digest> digests(terms_.likely.begin(), terms_.likely.end());
    digests.push_back(manifest);
    auto found = store_.get(digests, terms_.deadline);
    if (!found) return std::unexpected(found.error());
    for (std::size_t i = 0; i < digests.size(); ++i) {
      if ((*found)[i]) likely_.insert_or_assign(digests[i], *std::move((*found)[i]));
    }
    return {};
  }

  // use(i, content, size as stored) for each. Several calls of it at a time go well.
  template <class Use>
  base::Status fetch(std::span<const Digest> digests, const Use& use) {
    auto found = get(digests);
    if (!found) return std::unexpected(found.error());
    for (std::size_t i = 0; i < digests.size(); ++i) {
      const auto& bytes = (*found)[i];
      if (!bytes) return base::fail(Code::not_found, "expected part {} in the cache, found none", digests[i].hex());
      auto content = unseal(digests[i], *bytes);
      if (!content) return std::unexpected(content.error());
      if (auto status = use(i, *content, bytes->size()); !status)
        return std::unexpected(status.error().in(digests[i].hex()));
    }
    return {};
  }

  // From what is here already, if all of it is.
  base::Result<Parts> get(std::span<const Digest> digests) {
    if (!std::ranges::all_of(digests, [&](const Digest& digest) { return likely_.contains(digest); })) {
      return store_.get(digests, terms_.deadline);
    }
    Parts found;
    for (const Digest& digest : digests) found.emplace_back(likely_.find(digest)->second);
    return found;
  }

  base::Status find_differing() {
    const auto& shards = image_.manifest.shards;
    if (before_ && before_->shards.size() != shards.size()) before_ = nullptr;
    for (std::size_t i = 0; before_ && i < shards.size(); ++i) {
      if (before_->shards[i]->digest != shards[i]) differing_.push_back(i);
    }
    if (before_ && differing_.size() > std::max(shards.size() / bulk_share, batch_size)) before_ = nullptr;
    if (!before_) {
      differing_.resize(shards.size());
      for (std::size_t i = 0; i < shards.size(); ++i) differing_[i] = i;
    }
    segments_.resize(differing_.size());
    stored_bytes_.resize(differing_.size());
    return {};
  }

  base::Status fetch_shards() {
    const std::size_t batches = (differing_.size() + batch_size - 1) / batch_size;
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    base::Status result;
    const auto run = [&](std::size_t, std::size_t) {
      for (std::size_t batch = next++; batch < batches; batch = next++) {
        if (auto status = fetch_batch(batch * batch_size); !status) {
          const std::scoped_lock lock(mutex);
          result = std::move(status);
          next = batches;
        }
      }
    };
    if (batches > 1) {
      base::in_parallel(batches, run);
    } else {
      run(0, batches);
    }
    return result;
  }

  base::Status fetch_batch(std::size_t first) {
    std::vector<Digest> digests;
    for (std::size_t i = first; i < std::min(first + batch_size, differing_.size()); ++i) {
      digests.push_back(image_.manifest.shards[differing_[i]]);
    }
    return fetch(digests, [&](std::size_t i, std::string_view content, std::size_t size) -> base::Status {
      auto segment = decode_shard(content, files_, terms_.seed);
      if (!segment) return std::unexpected(segment.error());
      segments_[first + i] = *std::move(segment);
      stored_bytes_[first + i] = size;
      return check_shard(segments_[first + i], differing_[first + i], image_.manifest.shards.size());
    });
  }

  base::Status fetch_sources() {
    std::vector<Digest> digests;
    std::vector<const Manifest::Source*> wanted;
    for (const auto& source : image_.manifest.sources) {
      if (before_ && std::ranges::find(before_->manifest.sources, source) != before_->manifest.sources.end()) continue;
      digests.push_back(source.part);
      wanted.push_back(&source);
    }
    if (digests.empty()) return {};
    return fetch(digests, [&](std::size_t i, std::string_view content, std::size_t) -> base::Status {
      auto part = decode_source(content);
      if (!part) return std::unexpected(part.error());
      const auto& state = part->state;
      if (wanted[i]->version != entity::SourceVersion{state.id, state.position, state.commit}) {
        return base::fail(Code::corrupt, "expected the source {} as the manifest has it, found another",
                          wanted[i]->version.source);
      }
      sources_.push_back(*std::move(part));
      return {};
    });
  }

  base::Status fetch_claims() {
    if (before_ && before_->manifest.claims == image_.manifest.claims) {
      claims_ = before_->snapshot->contested();
      return {};
    }
    return fetch({&image_.manifest.claims, 1}, [&](std::size_t, std::string_view content, std::size_t) {
      return take(decode_claims(content), claims_);
    });
  }

  // From nothing.
  base::Status build() {
    for (std::size_t i = 0; i < segments_.size(); ++i) {
      std::vector<EntityPtr> entities;
      for (const auto& row : segments_[i].rows) entities.push_back(row.entity);
      image_.shards.push_back(make_shard(image_.manifest.shards[i], std::move(entities), stored_bytes_[i]));
    }
    auto loaded = catalog::load(std::move(segments_), terms_.seed);
    if (!loaded) return std::unexpected(loaded.error());
    catalog::Editor editor(*loaded);
    for (auto& [key, losers] : claims_) {
      const catalog::Entity* winner = (*loaded)->find(key);
      for (const auto& loser : losers) {
        if (winner == nullptr || !precedes(*winner->definition, *loser)) return divergence(key);
        editor.put(loser);
      }
    }
    edit_sources(editor, nullptr);
    image_.snapshot = editor.finish();
    return {};
  }

  // From what is there.
  base::Status edit() {
    const catalog::Snapshot& old = *before_->snapshot;
    catalog::Editor editor(before_->snapshot);
    std::map<std::string_view, EntityPtr> rows;  // those of the shards that differ, null: gone
    for (std::size_t i = 0; i < differing_.size(); ++i) {
      for (const auto& entity : before_->shards[differing_[i]]->entities) rows.emplace(entity->key(), nullptr);
      for (const auto& row : segments_[i].rows) rows[row.entity->key()] = row.entity;
    }
    for (const auto& [key, entity] : rows) {
      const catalog::Entity* held = old.find(key);
      if (entity && held != nullptr && same(*entity, *held)) continue;
      replace(editor, std::string(key), entity.get());
    }
    replace_claims(editor, old, rows);
    edit_sources(editor, &old);
    image_.snapshot = editor.finish();
    return take_shards(rows);
  }

  void replace(catalog::Editor& editor, const std::string& key, const catalog::Entity* entity) {
    std::vector<entity::DefinitionPtr> definitions;
    if (entity != nullptr) definitions.push_back(entity->definition);
    if (const auto losers = claims_.find(key); losers != claims_.end()) {
      definitions.insert(definitions.end(), losers->second.begin(), losers->second.end());
    }
    editor.replace_entity(key, definitions, entity == nullptr ? std::vector<catalog::Problem>() : entity->problems);
  }

  // Of entities that are as they were, while others lost to them.
  void replace_claims(catalog::Editor& editor, const catalog::Snapshot& old,
                      const std::map<std::string_view, EntityPtr>& rows) {
    std::set<std::string_view> keys;
    for (const auto& [key, losers] : old.contested()) keys.insert(key);
    for (const auto& [key, losers] : claims_) keys.insert(key);
    static const std::vector<entity::DefinitionPtr> none;
    const auto losers_in = [](const Claims& claims, std::string_view key) -> const std::vector<entity::DefinitionPtr>& {
      const auto found = claims.find(std::string(key));
      return found == claims.end() ? none : found->second;
    };
    for (const std::string_view key : keys) {
      if (same(losers_in(old.contested(), key), losers_in(claims_, key))) continue;
      const auto row = rows.find(key);
      const auto* entity = row != rows.end() ? row->second.get() : old.find(key);
      replace(editor, std::string(key), entity);
    }
  }

  void edit_sources(catalog::Editor& editor, const catalog::Snapshot* old) {
    for (SourcePart& part : sources_) {
      const std::string& id = part.state.id;
      if (old != nullptr) forget_diagnostics(editor, *old, id);
      for (auto& [path, diagnostics] : part.diagnostics) editor.set_diagnostics(id, path, std::move(diagnostics));
      terms_.complete(part.state);
      editor.set_source(part.state);
    }
    if (old == nullptr) return;
    const auto version = image_.manifest.version();
    for (const auto& state : old->sources()) {
      if (version.find(state.id) != nullptr) continue;
      forget_diagnostics(editor, *old, state.id);
      editor.remove_source(state.id);
    }
  }

  static void forget_diagnostics(catalog::Editor& editor, const catalog::Snapshot& old, const std::string& source) {
    auto file = old.diagnostics().lower_bound({source, {}});
    for (; file != old.diagnostics().end() && file->first.first == source; ++file) {
      editor.set_diagnostics(source, file->first.second, {});
    }
  }

  // The edited catalog must be the one that the parts say, to the last relation: what changed is in a shard that differs,
  // and is there as it came out here.
  base::Status take_shards(const std::map<std::string_view, EntityPtr>& rows) {
    const auto& slots = image_.snapshot->slots();
    for (const auto& [before, after] : catalog::difference(*before_->snapshot, *image_.snapshot)) {
      const std::string& key = (before ? before : after)->key();
      const auto row = rows.find(key);
      const bool is_right = row != rows.end() ? (after == nullptr) == (row->second == nullptr) &&
                                                    (after == nullptr || same(*after, *row->second))
                                              : before && after && same(*before, *after);
      if (!is_right) return divergence(key);
    }
    image_.shards = before_->shards;
    for (std::size_t i = 0; i < differing_.size(); ++i) {
      std::vector<EntityPtr> entities;
      for (const auto& row : segments_[i].rows) {
        const std::uint32_t slot = slots.slot_of(row.entity->key());
        if (slot == catalog::Slots::none || !same(*slots.at(slot), *row.entity)) return divergence(row.entity->key());
        entities.push_back(slots.at(slot));
      }
      const std::size_t number = differing_[i];
      image_.shards[number] = make_shard(image_.manifest.shards[number], std::move(entities), stored_bytes_[i]);
    }
    return {};
  }

  static base::Status divergence(std::string_view key) {
    return base::fail(Code::corrupt, "expected parts that fit together, found that {} is not what the others make it",
                      key);
  }

  Store& store_;
  ImagePtr before_;
  const ReadTerms& terms_;
  std::map<Digest, std::string> likely_;  // as stored
  Image image_;
  Files files_;
  std::vector<std::size_t> differing_;  // numbers of shards
  std::vector<Segment> segments_;       // theirs
  std::vector<std::size_t> stored_bytes_;
  std::vector<SourcePart> sources_;  // those that differ
  Claims claims_;
};

}  // namespace

base::Result<ImagePtr> read(Store& store, const Digest& manifest, const ImagePtr& before, const ReadTerms& terms) {
  if (before && before->digest == manifest) return before;
  auto image = Reader(store, before, terms).read(manifest);
  // What can't be edited into what is there may be whole by itself.
  if (!image && before && image.error().code == Code::corrupt) return Reader(store, nullptr, terms).read(manifest);
  return image;
}

}  // namespace aureacore::cache
