// Which addresses a notification may go to: those of the public Internet alone, unless its target says otherwise. So nobody
// who may name a URL, or answer for a name in DNS, reaches what stands beside us. Pure; any thread.
#pragma once

struct sockaddr;

namespace aureacore::notify {

// No loopback, link-local, private, shared, unspecified, multicast, reserved or documentation address; none of IPv6 that
// has one of IPv4 inside (mapped, translated, 6to4, Teredo). Neither IPv4 nor IPv6: false.
bool is_public(const sockaddr& address);

}  // namespace aureacore::notify
