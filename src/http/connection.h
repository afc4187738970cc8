// Connection: a socket with its session and what could not be written yet. Owned by one worker.
#pragma once

#include <cstddef>

#include "base/clock.h"
#include "base/descriptor.h"
#include "http/output.h"
#include "http/session.h"
#include "http/tls.h"

namespace aureacore::http {

struct Transit;

struct Connection {
  Connection(base::Descriptor s, Session::Shared& shared, const Peer& peer)
      : socket(std::move(s)), session(shared, peer), since(shared.now) {}

  base::Descriptor socket;
  Session session;
  std::unique_ptr<Tls> tls;    // null: bytes go as they are
  Output pending;              // unsent; empty most of the time
  std::size_t leaving = 0;     // bytes that the transport took and that have not left
  base::SteadyTime since;      // last progress of writing, or the begin of lingering
  std::size_t place = 0;       // in the worker's list
  Transit* transit = nullptr;  // the transport's own
  bool counted = true;         // against the limit of connections
  bool readable = false;       // bytes, or the end, may wait in the socket
  bool hung_up = false;        // the client closed its side: read until its end is seen
  bool blocked = false;        // the transport takes no more; it says when it does
  bool queued = false;         // has its next turn without an event
  bool lingering = false;      // all is said, waiting for the client to close

  // Nothing is left to send, and nothing under way.
  [[nodiscard]] bool all_sent() const { return pending.size() == 0 && !blocked; }
};

}  // namespace aureacore::http
