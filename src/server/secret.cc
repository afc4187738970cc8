#include "server/secret.h"

#include <fstream>

#include "base/result.h"
#include "base/text.h"

namespace aureacore::server {
namespace {

constexpr std::size_t max_secret_bytes = 64 << 10;

}  // namespace

base::Result<std::string> read_secret(const std::filesystem::path& directory, const std::string& file) {
  std::ifstream in(directory / file, std::ios::binary);
  if (!in) return base::fail(base::Code::not_found, "expected a file that can be read, found none at {}", file);
  std::string secret(max_secret_bytes + 1, '\0');
  in.read(secret.data(), static_cast<std::streamsize>(secret.size()));
  secret.resize(static_cast<std::size_t>(in.gcount()));
  if (secret.size() > max_secret_bytes) {
    return base::fail(base::Code::too_large, "expected a file of at most {} bytes at {}", max_secret_bytes, file);
  }
  while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
  return secret;
}

void read_secret(Section& section, const SecretPlaces& places, const SecretKeys& keys, std::string& secret) {
  std::string file;
  std::string variable;
  section.text(keys.file, file);
  section.text(keys.variable, variable);
  if (!file.empty() && !variable.empty()) {
    section.errors().add(section.mark(keys.variable),
                         fmt::format("expected {} or {}, found both", keys.file, keys.variable));
  } else if (!file.empty()) {
    auto found = read_secret(places.directory, file);
    if (!found) section.errors().add(section.mark(keys.file), fmt::format("{}: {}", keys.file, found.error().message));
    secret = found.value_or("");
  } else if (!variable.empty()) {
    const auto found = places.environment(variable);
    if (!found) {
      section.errors().add(section.mark(keys.variable), fmt::format("{}: expected the variable {} to be set",
                                                                    keys.variable, base::printable(variable)));
    }
    secret = found.value_or("");
  }
}

void read_password(Section& section, const SecretPlaces& places, std::string& password) {
  read_secret(section, places, {"password_file", "password_env"}, password);
}

}  // namespace aureacore::server
