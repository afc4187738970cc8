// The `sources` of a configuration, and those of the command line.
#pragma once

#include "server/config.h"
#include "server/section.h"

namespace aureacore::server {

// Between checks of a source.
constexpr base::Duration least_interval = std::chrono::milliseconds(100);

// What every source begins with, and where it may come from.
struct SourceDefaults {
  git::SchemePolicy policy;
  std::filesystem::path directory;  // that relative paths begin at
  std::function<std::optional<std::string>(const std::string& name)> environment;
  sync::SourceOptions options;  // limits
};

void read_source(const definition::Node& node, const SourceDefaults& defaults, Errors& errors,
                 std::vector<sync::SourceOptions>& sources, HookConfig& hooks);
// "URL-or-path[#branch]"; an id that is taken already gets a number behind it.
void add_source(std::string_view text, const SourceDefaults& defaults, Errors& errors,
                std::vector<sync::SourceOptions>& sources);

// An id made of the last part of an address: "https://git.example.com/platform/catalog.git" → "catalog".
std::string default_id(std::string_view url);

}  // namespace aureacore::server
