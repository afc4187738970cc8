#include "server/fetch_url.h"

#include <curl/curl.h>

#include <memory>

#include "base/text.h"

namespace aureacore::server {
namespace {

using base::Code;
using base::fail;

struct Transfer {
  const FetchLimits& limits;
  const std::stop_token& stop;
  std::string bytes;
  bool too_large = false;
};

std::size_t take(char* data, std::size_t, std::size_t size, void* argument) {
  auto& transfer = *static_cast<Transfer*>(argument);
  transfer.too_large = transfer.bytes.size() + size > transfer.limits.bytes;
  if (transfer.too_large) return 0;
  transfer.bytes.append(data, size);
  return size;
}

int go_on(void* argument, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Transfer*>(argument)->stop.stop_requested() ? 1 : 0;
}

void set_up(CURL* curl, const std::string& url, Transfer& transfer) {
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(transfer.limits.connect_time.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(transfer.limits.time.count()));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &go_on);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
}

}  // namespace

base::Result<std::string> fetch_url(const std::string& url, const FetchLimits& limits, const std::stop_token& stop) {
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
  if (curl == nullptr) return fail(Code::internal, "libcurl can't be set up");
  Transfer transfer{.limits = limits, .stop = stop, .bytes = {}};
  set_up(curl.get(), url, transfer);
  const CURLcode outcome = curl_easy_perform(curl.get());
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (transfer.too_large) {
    return fail(Code::too_large, "expected at most {} bytes at {}, found more", limits.bytes, base::printable(url));
  }
  if (outcome != CURLE_OK) {
    const Code code = outcome == CURLE_OPERATION_TIMEDOUT ? Code::timeout : Code::unavailable;
    return fail(code, "{} can't be read: {}", base::printable(url), curl_easy_strerror(outcome));
  }
  if (status != 200) return fail(Code::unavailable, "expected 200 from {}, found {}", base::printable(url), status);
  return std::move(transfer.bytes);
}

}  // namespace aureacore::server
