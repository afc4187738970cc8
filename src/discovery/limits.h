// Limits of the documents for tools. What is larger is refused whole: a document that was cut short would have a tool delete the
// rest.
#pragma once

#include <cstddef>

namespace aureacore::discovery {

constexpr std::size_t max_flux_bytes = 900 << 10;     // Flux Operator's own limit
constexpr std::size_t max_document_bytes = 32 << 20;  // of the others

}  // namespace aureacore::discovery
