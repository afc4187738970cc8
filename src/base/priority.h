// Priority: which threads go first where they share a core. Look-ups do.
//
// Each is about the calling thread. A refusal by the kernel changes nothing but speed.
#pragma once

namespace aureacore::base {

// For threads that answer: a turn of theirs is short, so one that wakes up gets the core at once instead of when another's
// turn is over, a few milliseconds later. (Linux 6.12 and later; before, it makes no difference.)
void take_short_turns();

// For threads that work in the background, and the threads and processes that they start from then on. Before there is
// anything to look up nobody is in the way: a start runs at full speed.
void lower_priority();

}  // namespace aureacore::base
