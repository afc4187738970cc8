#include "server/notification_config.h"

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "notify/notifier.h"
#include "notify/signature.h"

namespace aureacore::server {
namespace {

constexpr std::size_t max_receiver_name_bytes = 64;

bool is_target_name(std::string_view name) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  return !name.empty() && name.size() <= max_receiver_name_bytes &&
         name.find_first_not_of(allowed) == std::string_view::npos;
}

void read_name(Section& section, const std::vector<notify::Target>& others, std::string& name) {
  section.text("name", name);
  const bool taken = std::ranges::find(others, name, &notify::Target::name) != others.end();
  if (is_target_name(name) && !taken) return;
  section.errors().add(
      section.mark("name"),
      fmt::format("name: expected at most {} lower-case letters, digits, '-' and '_', unlike every other "
                  "target's, found \"{}\"",
                  max_receiver_name_bytes, base::printable(name)));
}

void read_url(Section& section, bool allow_http, std::string& url) {
  section.text("url", url);
  // It may hold a secret, so it isn't shown.
  if (const auto good = notify::check_url(url, allow_http); !good) {
    section.errors().add(section.mark("url"), "url: " + good.error().message);
  }
}

void read_key(Section& section, const SecretPlaces& places, std::string& key) {
  std::string secret;
  const std::size_t errors = section.errors().list().size();
  read_secret(section, places, {"secret_file", "secret_env"}, secret);
  if (section.errors().list().size() != errors) return;
  auto read = notify::read_key(secret);
  if (read) {
    key = *std::move(read);
  } else {
    const auto* name = section.has("secret_env") ? "secret_env" : "secret_file";
    section.errors().add(section.mark(name), fmt::format("{}: {}", name, read.error().message));
  }
}

void read_filter(Section& section, notify::Target& target) {
  section.texts("filter", target.filters);
  std::string criticality;
  section.choice("criticality", {"critical", "all"}, criticality);
  auto filter = feed::Filter::parse(target.filters, criticality != "all");
  if (filter) {
    target.filter = *std::move(filter);
  } else {
    section.errors().add(section.mark("filter"), "filter: " + filter.error().message);
  }
}

void read_target(const definition::Node& node, Errors& errors, const SecretPlaces& places, bool allow_insecure,
                 std::vector<notify::Target>& targets) {
  Section section(node, errors, "a notification");
  if (!node.is(definition::Node::Type::mapping)) return;
  notify::Target target;
  read_name(section, targets, target.name);
  read_url(section, allow_insecure, target.url);
  read_key(section, places, target.key);
  read_filter(section, target);
  section.boolean("allow_private", target.allow_private);
  std::string ca_file;
  section.text("ca_file", ca_file);
  if (!ca_file.empty()) target.ca_file = (places.directory / ca_file).lexically_normal().string();
  section.finish();
  targets.push_back(std::move(target));
}

auto parts_of(const notify::Target& target) {
  return std::tie(target.name, target.url, target.key, target.filters, target.filter.key(), target.allow_private,
                  target.ca_file);
}

}  // namespace

void read_notifications(Section& section, const SecretPlaces& places, bool allow_insecure,
                        std::vector<notify::Target>& targets) {
  section.each("notifications", [&](const definition::Node& node) {
    read_target(node, section.errors(), places, allow_insecure, targets);
  });
  if (targets.size() > notify::Notifier::max_targets) {
    section.errors().add(section.mark("notifications"), fmt::format("notifications: expected at most {}, found {}",
                                                                    notify::Notifier::max_targets, targets.size()));
  }
}

bool same(const std::vector<notify::Target>& a, const std::vector<notify::Target>& b) {
  return std::ranges::equal(
      a, b, [](const notify::Target& one, const notify::Target& other) { return parts_of(one) == parts_of(other); });
}

}  // namespace aureacore::server
