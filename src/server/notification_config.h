// The section "notifications" of a configuration: who is told of which changes.
#pragma once

#include <vector>

#include "notify/courier.h"
#include "server/secret.h"
#include "server/section.h"

namespace aureacore::server {

void read_notifications(Section& section, const SecretPlaces& places, bool allow_insecure,
                        std::vector<notify::Target>& targets);

// Whether both say the same.
bool same(const std::vector<notify::Target>& a, const std::vector<notify::Target>& b);

}  // namespace aureacore::server
