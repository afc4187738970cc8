#include "cache/shard.h"

#include <algorithm>
#include <array>
#include <bit>
#include <deque>
#include <unordered_map>

#include "base/hash.h"
#include "cache/envelope.h"
#include "cache/kinds.h"

namespace aureacore::cache {
namespace {

using base::Code;
using catalog::Entity;
using catalog::EntityPtr;
using catalog::IndexReader;
using catalog::Segment;

constexpr std::size_t entities_per_shard = 64;  // at most, on average
// Before a value, behind the number of its path.
constexpr unsigned flag_bits = 2;
constexpr std::uint64_t has_value_flag = 2;
constexpr std::uint64_t is_item_flag = 1;
// Nothing of these takes less; so no count promises more than can come.
constexpr std::size_t least_entity_bytes = 20;
constexpr std::size_t least_value_bytes = 1;
constexpr std::size_t least_word_bytes = 2;

// Texts that many entities share, numbered as they come.
class TextTable {
 public:
  std::uint64_t number_of(std::string_view text) {
    if (const auto known = numbers_.find(text); known != numbers_.end()) return known->second;
    texts_.emplace_back(text);
    return numbers_.emplace(texts_.back(), numbers_.size()).first->second;
  }
  void write(Output& out) const {
    out.number(texts_.size());
    for (const std::string& text : texts_) out.text(text);
  }

 private:
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, std::uint64_t> numbers_;
};

// Memory for so many texts is taken before any is seen.
constexpr std::size_t usual_table = 1024;

std::vector<std::string_view> read_table(Input& in, base::TextArena& texts, std::size_t most_bytes) {
  std::vector<std::string_view> table;
  const std::size_t count = in.count();
  table.reserve(in.ok() ? std::min(count, usual_table) : 0);
  for (std::size_t left = count; left > 0 && in.ok(); --left) {
    table.push_back(texts.keep(in.text()));
    if (table.back().size() > most_bytes) in.fail();
  }
  return table;
}

std::vector<const entity::Definition*> definitions_of(std::span<const EntityPtr> entities) {
  std::vector<const entity::Definition*> definitions;
  for (const EntityPtr& entity : entities) definitions.push_back(entity->definition.get());
  return definitions;
}

constexpr std::string_view hex_digits = "0123456789abcdef";

void write_etag(Output& out, std::string_view etag) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < etag.size(); i += 2) {
    bytes.push_back(static_cast<char>((hex_digits.find(etag[i]) << 4) | hex_digits.find(etag[i + 1])));
  }
  out.raw(bytes);
}

void read_etag(Input& in, std::array<char, 32>& etag) {
  const std::string_view bytes = in.raw(etag.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    etag[2 * i] = hex_digits[byte >> 4];
    etag[2 * i + 1] = hex_digits[byte & 15];
  }
}

class ShardWriter {
 public:
  ShardWriter(std::span<const EntityPtr> entities, IndexReader& index)
      : entities_(entities), index_(index), definitions_(rows_, definitions_of(entities)) {}

  std::string write() {
    rows_.number(entities_.size());
    for (const EntityPtr& entity : entities_) write(*entity);
    Output out;
    write_kind(out, Kind::shard);
    paths_.write(out);
    terms_.write(out);
    out.raw(rows_.bytes());
    return out.take();
  }
  [[nodiscard]] std::size_t values() const { return value_count_; }

 private:
  void write(const Entity& entity) {
    const Quotes quotes(*entity.definition, entity.tail);
    definitions_.write(*entity.definition);
    rows_.text(entity.tail);
    write_etag(rows_, entity.etag_text());
    definitions_.write_relations(*entity.definition, quotes);
    write_problems(rows_, entity.problems);
    write_values(index_.values(entity), quotes);
    write_words(index_.words(*entity.definition));
  }

  void write_values(const std::vector<IndexReader::Value>& values, const Quotes& quotes) {
    value_count_ += values.size();
    rows_.number(values.size());
    for (const auto& value : values) {
      rows_.number((paths_.number_of(value.path) << flag_bits) | (value.has_value ? has_value_flag : 0) |
                   (value.is_item ? is_item_flag : 0));
      if (value.has_value) quotes.write(rows_, value.text);
    }
  }

  void write_words(const std::vector<IndexReader::Word>& words) {
    rows_.number(words.size());
    for (const auto& word : words) {
      rows_.number(terms_.number_of(word.term));
      rows_.number(word.fields.bits());
    }
  }

  std::span<const EntityPtr> entities_;
  IndexReader& index_;
  Output rows_;
  DefinitionWriter definitions_;
  TextTable paths_;
  TextTable terms_;
  std::size_t value_count_ = 0;
};

class ShardReader {
 public:
  ShardReader(std::string_view content, Files& files, std::uint64_t seed) : in_(content), files_(files), seed_(seed) {}

  base::Result<Segment> read() {
    read_kind(in_, Kind::shard);
    segment_.paths = read_table(in_, segment_.texts, max_content_bytes);
    segment_.terms = read_table(in_, segment_.texts, search::max_term_bytes);
    DefinitionReader definitions(in_, files_);
    const std::size_t count = in_.count(least_entity_bytes);
    if (count > max_shard_entities) in_.fail();
    segment_.rows.reserve(in_.ok() ? count : 0);
    for (std::size_t i = 0; i < count && in_.ok(); ++i) read_row(definitions);
    if (!in_.done()) return base::fail(Code::corrupt, "expected the bytes of a shard, found others");
    // There are thousands of segments at a time.
    segment_.values.shrink_to_fit();
    segment_.words.shrink_to_fit();
    return std::move(segment_);
  }

 private:
  void read_row(DefinitionReader& definitions) {
    boost::intrusive_ptr<Entity> entity(new Entity);
    const auto definition = definitions.read();
    entity->tail = in_.text();
    read_etag(in_, entity->etag);
    const Quotes quotes(*definition, entity->tail);
    definitions.read_relations(*definition, quotes);
    entity->problems = read_problems(in_);
    entity->definition = definition;
    if (!segment_.rows.empty() && segment_.rows.back().entity->key() >= entity->key()) in_.fail();
    read_values(quotes);
    read_words();
    segment_.rows.push_back({std::move(entity), segment_.values.size(), segment_.words.size()});
  }

  void read_values(const Quotes& quotes) {
    const std::size_t count = in_.count(least_value_bytes);
    if (segment_.values.size() + count > max_shard_values) in_.fail();
    for (std::size_t i = 0; i < count && in_.ok(); ++i) {
      catalog::ReadValue value;
      const std::uint64_t head = in_.below(std::uint64_t{segment_.paths.size()} << flag_bits);
      value.path = static_cast<std::uint32_t>(head >> flag_bits);
      if ((head & has_value_flag) != 0) {
        const std::string_view text = read_quote(quotes);
        value.has_value = 1;
        value.begin = text.data();
        value.bytes = static_cast<std::uint32_t>(text.size());
        value.hash = catalog::hash_folded(text, seed_) ^ ((head & is_item_flag) != 0 ? catalog::item_mark : 0);
        value.trace = catalog::spelling_trace(text) & 0x7FFF'FFFFU;
      }
      segment_.values.push_back(value);
    }
  }

  std::string_view read_quote(const Quotes& quotes) {
    bool is_literal = false;
    const std::string_view text = quotes.read(in_, is_literal);
    return is_literal ? segment_.texts.keep(text) : text;
  }

  void read_words() {
    const std::size_t count = in_.count(least_word_bytes);
    for (std::size_t i = 0; i < count && in_.ok(); ++i) {
      const auto term = static_cast<std::uint32_t>(in_.below(segment_.terms.size()));
      const search::Fields fields(static_cast<std::uint8_t>(in_.below(search::Fields::count)));
      if (fields.empty()) in_.fail();
      segment_.words.push_back({term, fields});
    }
  }

  Input in_;
  Files& files_;
  const std::uint64_t seed_;
  Segment segment_;
};

}  // namespace

std::size_t shard_count(std::size_t entities) {
  return std::bit_ceil(std::max<std::size_t>(1, (entities + entities_per_shard - 1) / entities_per_shard));
}

std::size_t shard_of(std::string_view key, std::size_t shards) {
  return shards == 1 ? 0 : base::hash64(key) >> (64 - std::countr_zero(shards));
}

base::Result<std::string> encode_shard(std::span<const EntityPtr> entities, IndexReader& index) {
  if (entities.size() > max_shard_entities) {
    return base::fail(Code::too_large, "expected at most {} entities in a shard, found {}", max_shard_entities,
                      entities.size());
  }
  ShardWriter writer(entities, index);
  std::string content = writer.write();
  if (writer.values() > max_shard_values) {
    return base::fail(Code::too_large, "expected at most {} values in a shard, found {}", max_shard_values,
                      writer.values());
  }
  return content;
}

base::Result<Segment> decode_shard(std::string_view content, Files& files, std::uint64_t seed) {
  return ShardReader(content, files, seed).read();
}

}  // namespace aureacore::cache
