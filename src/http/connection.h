// Connection: a socket with its session and what could not be written yet. Owned by one worker.
#pragma once

#include <cstddef>

#include "base/clock.h"
#include "http/descriptor.h"
#include "http/output.h"
#include "http/session.h"

namespace aureacore::http {

struct Connection {
  Connection(Descriptor s, Session::Shared& shared) : socket(std::move(s)), session(shared), since(shared.now) {}

  Descriptor socket;
  Session session;
  Output pending;          // unsent; empty most of the time
  base::SteadyTime since;  // last progress of writing, or the begin of lingering
  std::size_t place = 0;   // in the worker's list
  bool counted = true;     // against the limit of connections
  bool readable = false;   // bytes, or the end, may wait in the socket
  bool hung_up = false;    // the client closed its side: read until its end is seen
  bool blocked = false;    // the socket takes no more; the poll says when it does
  bool queued = false;     // has its next turn without an event
  bool lingering = false;  // all is said, waiting for the client to close
};

}  // namespace aureacore::http
