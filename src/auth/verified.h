// What a token was found to be good for.
#pragma once

#include "auth/role.h"
#include "base/clock.h"

namespace aureacore::auth {

struct Verified {
  Principal principal;
  base::WallTime until = base::WallTime::max();
};

}  // namespace aureacore::auth
