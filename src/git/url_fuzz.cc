// Whatever parse_url accepts must be harmless as an argument of git, and hold nothing secret in what is shown.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "git/url.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

bool has_control(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  }
  return false;
}

std::string_view authority(std::string_view display) {
  const std::size_t separator = display.find("://");
  if (separator == std::string_view::npos) return display;
  const std::string_view rest = display.substr(separator + 3);
  return rest.substr(0, rest.find('/'));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using aureacore::git::Scheme;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto policy : {aureacore::git::SchemePolicy{}, {.insecure = true, .local = true}}) {
    const auto url = aureacore::git::parse_url(text, policy);
    if (!url) continue;
    require(!url->text.starts_with('-') && !has_control(url->text) && !url->text.empty());
    require(policy.local || url->scheme == Scheme::https || url->scheme == Scheme::ssh);
    require(url->scheme == Scheme::file || !authority(url->display).contains('@'));
    require(url->scheme != Scheme::file || url->text.starts_with('/') || url->text.starts_with("file:///"));
    const auto again = aureacore::git::parse_url(url->text, policy);
    require(again && again->text == url->text && again->scheme == url->scheme);
  }
  const auto branch = aureacore::git::check_branch(text);
  require(!branch || (!has_control(text) && !text.starts_with('-')));
  return 0;
}
