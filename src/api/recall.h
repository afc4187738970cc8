// Answering from a version that isn't in memory: the request waits, on nobody's thread, until the archive has found the version,
// and is answered by a background thread.
#pragma once

#include <optional>

#include "api/worker.h"
#include "sync/archive.h"

namespace aureacore::api {

// What the archive holds of an earlier time; else the request is answered later, or with a problem, and there is nothing.
// `gone` is the problem where the version is nowhere to be found.
std::optional<sync::Recalled> recall(Call& call, const std::string& token, const Settled& settled, const Problem& gone);

}  // namespace aureacore::api
