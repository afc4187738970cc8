// Envelope: the content of a part as stored: compressed where that helps, and checked against its name when it is opened.
//
//   0 content                   as it is
//   1 size-of-content zstd      compressed
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "cache/store.h"

namespace aureacore::cache {

// No content is larger, however small it is stored.
constexpr std::size_t max_content_bytes = max_value_bytes;
// Nor more than so many times as large as what is stored: what compresses better is stored as it is.
constexpr std::size_t max_ratio = 200;

// `compressed`: where that helps. Errors: too_large.
base::Result<Part> seal(std::string_view content, bool compressed = true);
// Errors: corrupt.
base::Result<std::string> unseal(const Digest& digest, std::string_view bytes);

}  // namespace aureacore::cache
