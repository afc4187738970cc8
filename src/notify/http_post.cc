#include "notify/http_post.h"

#include <curl/curl.h>
#include <fmt/core.h>
#include <sys/socket.h>

#include <mutex>

#include "notify/address_policy.h"

namespace aureacore::notify {
namespace {

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;
using List = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

// What the callbacks of one call share.
struct Attempt {
  const Post& post;
  const std::stop_token& stop;
  bool refused = false;  // some address of the host
  bool tried = false;    // another one
};

// The library's own: made once in a process, before its first use.
void set_up_library() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

curl_socket_t open_socket(void* attempt, curlsocktype /*purpose*/, curl_sockaddr* address) {
  Attempt& one = *static_cast<Attempt*>(attempt);
  if (!one.post.allow_private && !is_public(address->addr)) {
    one.refused = true;
    return CURL_SOCKET_BAD;
  }
  one.tried = true;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int look_for_stop(void* attempt, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Attempt*>(attempt)->stop.stop_requested() ? 1 : 0;
}

std::size_t drop_body(char* /*bytes*/, std::size_t size, std::size_t count, void* /*nothing*/) { return size * count; }

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

Url parse(const std::string& text) {
  Url url(curl_url(), &curl_url_cleanup);
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return {nullptr, &curl_url_cleanup};
  return url;
}

base::Error failure(CURLcode code, const Attempt& attempt) {
  if (attempt.stop.stop_requested()) return {base::Code::unavailable, "stopped"};
  if (attempt.refused && !attempt.tried) {
    return {base::Code::denied,
            "expected a public address, found another behind the host's name; allow_private lets it through"};
  }
  const auto kind = code == CURLE_OPERATION_TIMEDOUT ? base::Code::timeout : base::Code::unavailable;
  return {kind, curl_easy_strerror(code)};
}

}  // namespace

struct Poster::Handle {
  CURL* curl = curl_easy_init();
};

Poster::Poster() {
  set_up_library();
  handle_ = std::make_unique<Handle>();
}

Poster::~Poster() { curl_easy_cleanup(handle_->curl); }

base::Result<int> Poster::send(const Post& post, const std::stop_token& stop) {
  CURL* const curl = handle_->curl;
  if (curl == nullptr) return base::fail(base::Code::unavailable, "no memory for an HTTP client");
  Attempt attempt{.post = post, .stop = stop};
  List headers(nullptr, &curl_slist_free_all);
  for (const std::string& header : post.headers) {
    curl_slist* const first = curl_slist_append(headers.get(), header.c_str());
    if (headers == nullptr) headers.reset(first);
  }
  const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(post.time).count();
  // A connection that is kept would be used without a look at its address; one message in a while needs none.
  curl_easy_reset(curl);
  curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(curl, CURLOPT_URL, post.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(time));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post.body.data());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post.body.size()));
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &attempt);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &look_for_stop);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &attempt);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &drop_body);
  if (!post.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, post.ca_file.c_str());
  const CURLcode code = curl_easy_perform(curl);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  // Whoever has said its status has had the message, however the rest of its answer ends.
  if (code != CURLE_OK && status < 200) return std::unexpected(failure(code, attempt));
  return static_cast<int>(status);
}

base::Status check_url(const std::string& url, bool allow_http) {
  set_up_library();
  const Url parsed = parse(url);
  const std::string scheme = parsed ? part_of(parsed.get(), CURLUPART_SCHEME) : std::string();
  if (scheme != "https" && !(allow_http && scheme == "http")) {
    return base::fail(base::Code::invalid, "expected an https URL{}, found another",
                      allow_http ? " (or http)" : ", or allow_insecure");
  }
  if (!part_of(parsed.get(), CURLUPART_USER).empty() || !part_of(parsed.get(), CURLUPART_PASSWORD).empty()) {
    return base::fail(base::Code::invalid, "expected a URL without user and password, found one with them");
  }
  return {};
}

std::string origin(const std::string& url) {
  const Url parsed = parse(url);
  if (!parsed) return {};
  const std::string port = part_of(parsed.get(), CURLUPART_PORT);
  return fmt::format("{}://{}{}{}", part_of(parsed.get(), CURLUPART_SCHEME), part_of(parsed.get(), CURLUPART_HOST),
                     port.empty() ? "" : ":", port);
}

}  // namespace aureacore::notify
