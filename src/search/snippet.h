// Snippet: the piece of a long text that shows what was looked for.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace aureacore::search {

constexpr std::size_t max_snippet_bytes = 240;

// A text that is short enough as it is; of a longer one about so many bytes around the first word that begins with one
// of the terms (otherwise from its start), cut between words, with "…" where something is left out.
std::string snippet(std::string_view text, std::span<const std::string> terms);

}  // namespace aureacore::search
