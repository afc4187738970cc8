// Secrets: passwords are not in a configuration file but named by it: password_file or password_env.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "server/section.h"

namespace aureacore::server {

struct SecretPlaces {
  std::filesystem::path directory;  // that relative paths begin at
  std::function<std::optional<std::string>(const std::string& name)> environment;
};

// Leaves the password as it is where neither key is there.
void read_password(Section& section, const SecretPlaces& places, std::string& password);

}  // namespace aureacore::server
