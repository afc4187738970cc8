// The `hooks` of a configuration, and those of its sources: the secrets that webhooks are proven by.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "hooks/judge.h"
#include "server/secret.h"
#include "sync/source_options.h"

namespace aureacore::server {

struct HookConfig {
  // The one in use and the one before or behind it, while they are changed.
  static constexpr std::size_t max_secrets = 2;

  std::vector<hooks::Secret> secrets;  // of all sources that have none of their own
  std::map<std::string, std::vector<hooks::Secret>, std::less<>> of_sources;  // by id
};

// secret_files and secret_envs: lists, two secrets in all.
void read_hook_secrets(Section& section, const SecretPlaces& places, std::vector<hooks::Secret>& secrets);

std::shared_ptr<const hooks::Targets> hook_targets(const HookConfig& config,
                                                   const std::vector<sync::SourceOptions>& sources);

}  // namespace aureacore::server
