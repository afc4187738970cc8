#include "base/text_arena.h"

#include <algorithm>
#include <iterator>

namespace aureacore::base {
namespace {

// Each chunk is twice as large as the one before, within these limits.
constexpr std::size_t first_chunk = std::size_t{4} << 10;
constexpr std::size_t largest_chunk = std::size_t{64} << 10;

}  // namespace

std::string_view TextArena::keep(std::string_view text) {
  if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < text.size()) {
    const std::size_t size = chunks_.empty() ? first_chunk : std::min(2 * chunks_.back().capacity(), largest_chunk);
    chunks_.emplace_back().reserve(std::max(size, text.size()));
  }
  std::string& chunk = chunks_.back();
  const std::size_t at = chunk.size();
  chunk.append(text);
  return std::string_view(chunk).substr(at);
}

// The last chunk stays, unless it is larger than others are.
void TextArena::clear() {
  if (chunks_.empty()) return;
  chunks_.erase(chunks_.begin(), std::prev(chunks_.end()));
  if (chunks_.front().capacity() > largest_chunk) return chunks_.clear();
  chunks_.front().clear();
}

}  // namespace aureacore::base
