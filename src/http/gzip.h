// gzip of a body that is made piece by piece; the one-piece form is in response.h.
#pragma once

#include <memory>

#include "http/response.h"

namespace aureacore::http {

std::unique_ptr<Body> gzip_body(std::unique_ptr<Body> body);

}  // namespace aureacore::http
