// Look-ups go first: threads that keep the catalog in step run at a lower priority than those that answer from it.
#pragma once

namespace aureacore::sync {

// For the calling thread and those that it starts from then on (on Linux each thread has a nice value of its own). A refusal changes
// nothing but speed. Before there is anything to look up nobody is in the way: a start runs at full speed.
void lower_priority();

}  // namespace aureacore::sync
