// Sender: who sends webhooks that we understand, and how one is told from another: by headers alone.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "hooks/request.h"

namespace aureacore::hooks {

enum class Sender : std::uint8_t {
  forgejo,
  gitea,
  gogs,
  github,
  gitlab,
  bitbucket_cloud,
  bitbucket_server,
  azure_devops,
  flux,
  generic,
};
constexpr std::size_t sender_count = 10;

// "github", "bitbucket-cloud" and so on: for metrics and answers.
std::string_view name(Sender sender);

// Forgejo, Gitea, Gogs, GitHub in this order: each sends the later ones' headers, too. What none of them sends is generic.
Sender detect(const Request& request);

// What the sender's headers call the event: "push", "repo:refs_changed". Empty where the body says it, or nothing.
std::string_view event_of(const Request& request, Sender sender);
// The header with the delivery's id; empty where there is none, or where it is in the body.
std::string_view delivery_of(const Request& request, Sender sender);

}  // namespace aureacore::hooks
