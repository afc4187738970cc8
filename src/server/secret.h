// Secrets: passwords are not in a configuration file but named by it: password_file or password_env.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "server/section.h"

namespace aureacore::server {

struct SecretPlaces {
  std::filesystem::path directory;  // that relative paths begin at
  std::function<std::optional<std::string>(const std::string& name)> environment;
};

// The file's content without line breaks at its end. Errors: not_found, too_large.
base::Result<std::string> read_secret(const std::filesystem::path& directory, const std::string& file);

// The keys that name a secret: "secret_file" and "secret_env".
struct SecretKeys {
  std::string_view file;
  std::string_view variable;
};

// Leaves the secret as it is where neither key is there.
void read_secret(Section& section, const SecretPlaces& places, const SecretKeys& keys, std::string& secret);
void read_password(Section& section, const SecretPlaces& places, std::string& password);

}  // namespace aureacore::server
