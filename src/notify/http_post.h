// One POST of JSON over HTTP, by libcurl: no redirect is followed, no proxy of the environment asked, nothing of the answer kept but
// its status, and the address that is connected to is looked at just before (see address_policy.h): what a name resolves
// to for somebody else, or a moment earlier, doesn't matter. Blocks; any thread, one call at a time on each Poster.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace aureacore::notify {

struct Post {
  std::string url;
  std::vector<std::string> headers;  // "name: value"
  std::string body;
  bool allow_private = false;
  base::Duration time = std::chrono::seconds(10);  // for all of it
  std::string ca_file = {};                        // that vouches for the receiver; empty: the system's
};

class Poster {
 public:
  Poster();
  ~Poster();
  Poster(const Poster&) = delete;
  Poster& operator=(const Poster&) = delete;

  // The status. Errors: denied (the address isn't public), timeout, unavailable (also once it is asked to stop).
  base::Result<int> send(const Post& post, const std::stop_token& stop);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

// Whether the URL is one that send() would take: http or https with a host, without user or password.
base::Status check_url(const std::string& url, bool allow_http);
// "https://host:port" of it: paths and queries may hold secrets.
std::string origin(const std::string& url);

}  // namespace aureacore::notify
