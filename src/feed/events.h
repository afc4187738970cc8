// Events: publications as Server-Sent Events, for clients. Pure; any thread.
//
//   id: <token>            resumes behind this event, on any instance
//   event: change          data: {"version","previous","critical","commits":[…],"changes":[…]}
//   event: bookmark        data: {"version"}              up to date at this version
//   event: reset           data: {"version","reason"}     list again: what happened until this version can't be told
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "feed/filter.h"

namespace aureacore::feed {

// The data of a change event; the views are those of this publication.
std::string change_json(const Publication& publication, std::span<const View> views);
std::string change_event(const Publication& publication, std::span<const View> views);
std::string bookmark_event(std::string_view token);
std::string reset_event(std::string_view token, std::string_view reason);
// RFC 3339, of seconds since 1970.
std::string timestamp(std::int64_t seconds);
// How long a client is to wait before it connects again.
std::string retry_hint(std::chrono::milliseconds time);

}  // namespace aureacore::feed
