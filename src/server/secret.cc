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

void read_password(Section& section, const SecretPlaces& places, std::string& password) {
  std::string file;
  std::string variable;
  section.text("password_file", file);
  section.text("password_env", variable);
  if (!file.empty() && !variable.empty()) {
    section.errors().add(section.mark("password_env"), "expected password_file or password_env, found both");
  } else if (!file.empty()) {
    auto secret = read_secret(places.directory, file);
    if (!secret) section.errors().add(section.mark("password_file"), "password_file: " + secret.error().message);
    password = secret.value_or("");
  } else if (!variable.empty()) {
    const auto secret = places.environment(variable);
    if (!secret) {
      section.errors().add(section.mark("password_env"),
                           fmt::format("password_env: expected the variable {} to be set", base::printable(variable)));
    }
    password = secret.value_or("");
  }
}

}  // namespace aureacore::server
