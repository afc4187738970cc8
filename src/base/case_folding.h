// Case folding beyond ASCII: how references, and paths and values in filters, are compared. Pure; any thread.
//
// Lower case by Unicode, as JavaScript's toLowerCase has it, so that what Backstage takes for the same is the same here; but
// a final sigma is a sigma, wherever it stands. Bytes that are not UTF-8 stay as they are. ASCII, nearly all
// there is, takes no detour.
#pragma once

#include <string>
#include <string_view>

namespace aureacore::base {

bool is_ascii(std::string_view text);

std::string fold_case(std::string_view text);
void append_folded(std::string& out, std::string_view text);

// Whether a and b are the same, folded.
bool equal_folded(std::string_view a, std::string_view b);
// The same where `folded` is so already.
bool starts_with_folded(std::string_view text, std::string_view folded);
bool contains_folded(std::string_view text, std::string_view folded);

}  // namespace aureacore::base
