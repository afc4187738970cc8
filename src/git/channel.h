// Channel: both ends of a pipe between us and a child. Internal to this module; any thread.
#pragma once

#include "base/descriptor.h"
#include "base/result.h"

namespace aureacore::git {

// Our end never blocks; the child's end does, as programs expect. Both close on exec.
struct Channel {
  base::Descriptor ours;
  base::Descriptor childs;
};

// The child writes, we read.
base::Result<Channel> open_output_channel();
// We write with MSG_NOSIGNAL (a socket, so that a child that stops reading is no SIGPIPE), the child reads.
base::Result<Channel> open_input_channel();

}  // namespace aureacore::git
