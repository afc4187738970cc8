#include "git/failure.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"
#include "git/invocation.h"

namespace aureacore::git {
namespace {

using base::Code;

struct Sign {
  std::string_view text;  // in lower case
  Code code;
};

// In order: the first that occurs decides, so what is specific comes before what git adds to every failure.
constexpr std::array signs = {
    Sign{"no space left on device", Code::no_space},
    Sign{"disk quota exceeded", Code::no_space},
    Sign{"operation too slow", Code::timeout},
    Sign{"timed out", Code::timeout},
    Sign{"could not resolve", Code::unavailable},
    Sign{"name or service not known", Code::unavailable},
    Sign{"unable to look up", Code::unavailable},
    Sign{"connection refused", Code::unavailable},
    Sign{"connection reset", Code::unavailable},
    Sign{"failed to connect", Code::unavailable},
    Sign{"unable to connect", Code::unavailable},
    Sign{"ssl certificate", Code::denied},
    Sign{"certificate verif", Code::denied},
    Sign{"host key verification failed", Code::denied},
    Sign{"authentication failed", Code::denied},
    Sign{"could not read username", Code::denied},
    Sign{"could not read password", Code::denied},
    Sign{"permission denied", Code::denied},
    Sign{"access denied", Code::denied},
    Sign{"dubious ownership", Code::denied},
    Sign{"returned error: 401", Code::denied},
    Sign{"returned error: 403", Code::denied},
    Sign{"returned error: 404", Code::not_found},
    Sign{"returned error: 410", Code::not_found},
    Sign{"returned error: 3", Code::invalid},  // redirections are not followed
    Sign{"returned error: 5", Code::unavailable},
    Sign{"returned error: 429", Code::unavailable},
    Sign{"' not allowed", Code::denied},
    Sign{"mismatched algorithms", Code::invalid},
    Sign{"unknown object format", Code::invalid},
    Sign{"repository not exported", Code::not_found},
    Sign{"repository not found", Code::not_found},
    Sign{"does not appear to be a git repository", Code::not_found},
    Sign{"does not exist", Code::not_found},
    Sign{"not found: did you run git update-server-info", Code::corrupt},
    Sign{"not found", Code::not_found},
    Sign{"remote ref does not", Code::not_found},
    // The branch moved on and away between listing and fetching: the next listing heals it.
    Sign{"not our ref", Code::unavailable},
    Sign{"unadvertised object", Code::unavailable},
    Sign{"early eof", Code::unavailable},
    Sign{"unexpected disconnect", Code::unavailable},
    Sign{"hung up", Code::unavailable},
    Sign{"transfer closed", Code::unavailable},
    Sign{"protocol error", Code::corrupt},
    Sign{"bad line length", Code::corrupt},
    Sign{"invalid server response", Code::corrupt},
    Sign{"not valid: ", Code::corrupt},
    Sign{"bad pack header", Code::corrupt},
    Sign{"pack has", Code::corrupt},
    Sign{"index-pack", Code::corrupt},
    Sign{"fsck error", Code::corrupt},
    Sign{"did not send all", Code::corrupt},
    Sign{"bad object", Code::corrupt},
    Sign{"could not read", Code::corrupt},
    Sign{"unable to read", Code::corrupt},
    Sign{"corrupt", Code::corrupt},
    Sign{"expected", Code::corrupt},
};

const Sign* find_sign(std::string_view errors) {
  const std::string text = base::lower(errors);
  const auto* found = std::ranges::find_if(signs, [&](const Sign& sign) { return text.contains(sign.text); });
  return found == signs.end() ? nullptr : found;
}

bool is_fatal(std::string_view line) { return line.starts_with("fatal: ") || line.starts_with("error: "); }

// The line that decided, else the first complaint, else whatever was said last.
std::string_view telling_line(std::string_view errors, const Sign* sign) {
  std::string_view first_fatal;
  std::string_view last;
  for (const std::string_view raw : base::split(errors, '\n')) {
    const std::string_view line = base::trim(raw);
    if (line.empty()) continue;
    if (sign != nullptr && base::lower(line).contains(sign->text)) return line;
    if (first_fatal.empty() && is_fatal(line)) first_fatal = line;
    last = line;
  }
  return first_fatal.empty() ? last : first_fatal;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  if (from.empty()) return;
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// "https://user:password@host" loses what is before the '@'.
void remove_user_information(std::string& text) {
  for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 1)) {
    const std::size_t begin = at + std::string_view("://").size();
    const std::size_t end = text.find_first_of("/ '\"", begin);
    const std::size_t sign = text.substr(begin, end - begin).rfind('@');
    if (sign != std::string::npos) text.erase(begin, sign + 1);
  }
}

// A server whose own disk is full says so on lines of its own.
Code code_of(const Sign* sign, std::string_view line) {
  const bool theirs = sign != nullptr && sign->code == Code::no_space && line.starts_with("remote: ");
  return sign == nullptr || theirs ? Code::unavailable : sign->code;
}

// A server or a proxy may repeat what it was sent.
std::string without_secrets(std::string_view line, const RemoteOptions& options) {
  constexpr std::size_t longest_line = 4096;
  std::string text(line.substr(0, longest_line));
  replace_all(text, options.url.text, options.url.display);
  replace_all(text, options.credentials.password, "***");
  replace_all(text, basic_token(options.credentials), "***");
  remove_user_information(text);
  return text;
}

}  // namespace

base::Error explain_failure(std::string_view doing, std::string_view errors, const RemoteOptions& options) {
  const Sign* sign = find_sign(errors);
  const std::string_view telling = telling_line(errors, sign);
  const std::string line = without_secrets(telling, options);
  return {code_of(sign, telling), fmt::format("{} {}: {}", doing, options.url.display,
                                              line.empty() ? "git failed silently" : base::printable(line))};
}

}  // namespace aureacore::git
