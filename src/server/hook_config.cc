#include "server/hook_config.h"

#include "base/text.h"
#include "hooks/address.h"

namespace aureacore::server {
namespace {

base::Result<std::string> read_variable(const SecretPlaces& places, const std::string& variable) {
  auto value = places.environment(variable);
  if (value) return *std::move(value);
  return base::fail(base::Code::not_found, "expected the variable {} to be set", base::printable(variable));
}

}  // namespace

void read_hook_secrets(Section& section, const SecretPlaces& places, std::vector<hooks::Secret>& secrets) {
  std::vector<std::string> files;
  std::vector<std::string> variables;
  section.texts("secret_files", files);
  section.texts("secret_envs", variables);
  const auto add = [&](std::string_view key, base::Result<std::string> text) {
    auto secret = text ? hooks::Secret::parse(*std::move(text)) : std::unexpected(text.error());
    if (secret) {
      secrets.push_back(*std::move(secret));
    } else {
      section.errors().add(section.mark(key), fmt::format("{}: {}", key, secret.error().message));
    }
  };
  for (const std::string& file : files) add("secret_files", read_secret(places.directory, file));
  for (const std::string& variable : variables) add("secret_envs", read_variable(places, variable));
  if (secrets.size() > HookConfig::max_secrets) {
    section.errors().add(section.mark(files.size() > HookConfig::max_secrets ? "secret_files" : "secret_envs"),
                         fmt::format("expected at most {} secrets, found {}", HookConfig::max_secrets, secrets.size()));
  }
}

std::shared_ptr<const hooks::Targets> hook_targets(const HookConfig& config,
                                                   const std::vector<sync::SourceOptions>& sources) {
  auto targets = std::make_shared<hooks::Targets>();
  targets->secrets = config.secrets;
  for (const sync::SourceOptions& source : sources) {
    hooks::Target target{.id = source.tree.source,
                         .address = hooks::canonical_address(source.remote.url.text),
                         .branch = source.remote.branch,
                         .secrets = {}};
    if (const auto own = config.of_sources.find(target.id); own != config.of_sources.end())
      target.secrets = own->second;
    targets->sources.push_back(std::move(target));
  }
  return targets;
}

}  // namespace aureacore::server
