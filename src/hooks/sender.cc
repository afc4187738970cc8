#include "hooks/sender.h"

#include <utility>

namespace aureacore::hooks {
namespace {

constexpr std::array<std::string_view, sender_count> names{
    "forgejo",          "gitea",        "gogs", "github", "gitlab", "bitbucket-cloud",
    "bitbucket-server", "azure-devops", "flux", "generic"};

// Where the header that tells a sender names the event as well.
constexpr std::array<std::pair<Sender, std::string_view>, 5> event_headers{{
    {Sender::forgejo, "X-Forgejo-Event"},
    {Sender::gitea, "X-Gitea-Event"},
    {Sender::gogs, "X-Gogs-Event"},
    {Sender::github, "X-GitHub-Event"},
    {Sender::gitlab, "X-Gitlab-Event"},
}};

std::string_view first_of(const Request& request, std::initializer_list<std::string_view> headers) {
  for (const std::string_view header : headers) {
    if (const auto value = request.header(header); !value.empty()) return value;
  }
  return {};
}

}  // namespace

std::string_view name(Sender sender) { return names[static_cast<std::size_t>(sender)]; }

Sender detect(const Request& request) {
  for (const auto& [sender, header] : event_headers) {
    if (request.count(header) > 0) return sender;
  }
  if (request.count("X-Event-Key") > 0) {
    return request.count("X-Hook-UUID") > 0 ? Sender::bitbucket_cloud : Sender::bitbucket_server;
  }
  if (request.count("X-Vss-Activityid") > 0) return Sender::azure_devops;
  return request.count("Gotk-Component") > 0 ? Sender::flux : Sender::generic;
}

std::string_view event_of(const Request& request, Sender sender) {
  for (const auto& [each, header] : event_headers) {
    if (each == sender) return request.header(header);
  }
  return request.header("X-Event-Key");
}

std::string_view delivery_of(const Request& request, Sender sender) {
  switch (sender) {
    case Sender::forgejo:
      return request.header("X-Forgejo-Delivery");
    case Sender::gitea:
      return request.header("X-Gitea-Delivery");
    case Sender::gogs:
      return request.header("X-Gogs-Delivery");
    case Sender::github:
      return request.header("X-GitHub-Delivery");
    case Sender::gitlab:
      return first_of(request, {"webhook-id", "Idempotency-Key", "X-Gitlab-Event-UUID"});
    case Sender::bitbucket_cloud:
      return request.header("X-Request-UUID");
    case Sender::bitbucket_server:
      return request.header("X-Request-Id");
    case Sender::generic:
      return first_of(request, {"webhook-id", "Idempotency-Key"});
    case Sender::azure_devops:
    case Sender::flux:
      break;
  }
  return {};
}

}  // namespace aureacore::hooks
