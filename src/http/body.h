// How a body that is made piece by piece is framed on its way out. Each wraps the body it frames; owned by the
// connection.
#pragma once

#include <cstdint>
#include <memory>

#include "http/response.h"

namespace aureacore::http {

// Each piece as a chunk, and the last chunk.
std::unique_ptr<Body> chunked_body(std::unique_ptr<Body> body);

// The rest of an answer that was made away from the connection: its bytes, then what its own body makes (null: nothing).
std::unique_ptr<Body> bytes_body(Output bytes, std::unique_ptr<Body> rest);

// Holds a body to the size that its Content-Length promised: another size throws std::length_error from produce, so
// that the connection is cut instead of the client taking the next answer for the rest of this one.
std::unique_ptr<Body> sized_body(std::unique_ptr<Body> body, std::uint64_t size);

}  // namespace aureacore::http
