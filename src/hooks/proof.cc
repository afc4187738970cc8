#include "hooks/proof.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"

namespace aureacore::hooks {

// "sha256=<hexadecimal>", or the digits alone where `bare`.
void Proof::read_signature(const Request& request, std::string_view header, bool bare) {
  if (request.count(header) > 1) {
    form_ = Form::broken;
    return;
  }
  std::string_view value = request.header(header);
  const auto equals = value.find('=');
  if (!bare && equals != std::string_view::npos) {
    const std::string_view algorithm = value.substr(0, equals);
    value.remove_prefix(equals + 1);
    if (algorithm == "sha512") digest_ = Digest::sha512;
    if (algorithm != "sha256" && algorithm != "sha512") form_ = Form::broken;
  } else if (!bare && !value.empty()) {
    form_ = Form::broken;
  }
  if (value.empty() || form_ == Form::broken) return;
  form_ = Form::hexadecimal;
  signatures_ = {value};
}

// Standard Webhooks: "v1,<base64>" once or more, of "{id}.{timestamp}.{body}".
void Proof::read_standard(const Request& request) {
  const std::string_view value = request.header("webhook-signature");
  if (value.empty()) return;
  form_ = Form::broken;
  for (const char* const header : {"webhook-signature", "webhook-id", "webhook-timestamp"}) {
    if (request.count(header) != 1) return;
  }
  const std::string_view timestamp = request.header("webhook-timestamp");
  const auto time = base::parse_number(timestamp);
  if (!time) return;
  time_ = *time;
  for (const std::string_view each : base::split(value, ' ')) {
    if (each.starts_with("v1,") && signatures_.size() < max_signatures) signatures_.push_back(each.substr(3));
  }
  form_ = Form::standard;
  signed_ = fmt::format("{}.{}.{}", request.header("webhook-id"), timestamp, request.body);
}

void Proof::read_password(const Request& request, std::string_view header) {
  const std::string_view value = request.header(header);
  if (value.empty()) return;
  form_ = request.count(header) == 1 ? Form::password : Form::broken;
  password_ = value;
}

// The secret as Basic's password, whoever the user is, or as Bearer's token.
void Proof::read_authorization(const Request& request) {
  const std::string_view value = request.header("Authorization");
  const auto blank = value.find(' ');
  if (value.empty()) return;
  form_ = Form::broken;
  if (blank == std::string_view::npos || request.count("Authorization") > 1) return;
  const std::string_view scheme = value.substr(0, blank);
  const std::string_view rest = base::trim(value.substr(blank));
  if (base::equal_ignoring_case(scheme, "bearer")) {
    password_ = rest;
    form_ = Form::password;
  }
  if (!base::equal_ignoring_case(scheme, "basic")) return;
  const auto pair = base64_decode(rest);
  const auto colon = pair ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) return;
  password_ = pair->substr(colon + 1);
  form_ = Form::password;
}

Proof Proof::read(const Request& request, Sender sender) {
  Proof proof;
  proof.body_ = request.body;
  switch (sender) {
    case Sender::forgejo:
      proof.read_signature(request, "X-Forgejo-Signature", true);
      break;
    case Sender::gitea:
      proof.read_signature(request, "X-Gitea-Signature", true);
      break;
    case Sender::gogs:
      proof.read_signature(request, "X-Gogs-Signature", true);
      break;
    case Sender::github:
      proof.read_signature(request, "X-Hub-Signature-256", false);
      break;
    case Sender::bitbucket_cloud:
    case Sender::bitbucket_server:
      proof.read_signature(request, "X-Hub-Signature", false);
      break;
    case Sender::gitlab:
      proof.read_standard(request);
      if (!proof.shown()) proof.read_password(request, "X-Gitlab-Token");
      break;
    case Sender::azure_devops:
      proof.read_authorization(request);
      break;
    case Sender::flux:
      proof.read_signature(request, "X-Signature", false);
      break;
    case Sender::generic:
      proof.read_standard(request);
      if (!proof.shown()) proof.read_signature(request, "X-Signature", false);
      if (!proof.shown()) proof.read_authorization(request);
      break;
  }
  return proof;
}

bool Proof::is_right(const Secret& secret) const {
  if (form_ == Form::password) return secret.is(password_);
  return std::ranges::any_of(signatures_, [&](std::string_view signature) {
    return form_ == Form::standard ? secret.signs_standard(signed_, signature)
                                   : secret.signs(digest_, body_, signature);
  });
}

Finding Proof::check(std::span<const Secret> secrets, base::WallTime now) const {
  if (form_ == Form::none) return Finding::none;
  if (form_ == Form::broken) return Finding::wrong;
  const bool right = std::ranges::any_of(secrets, [this](const Secret& secret) { return is_right(secret); });
  if (!right) return Finding::wrong;
  if (form_ != Form::standard) return Finding::right;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto ours = static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0));
  const auto apart = std::max(ours, time_) - std::min(ours, time_);
  return apart > static_cast<std::uint64_t>(std::chrono::seconds(tolerance).count()) ? Finding::old : Finding::right;
}

}  // namespace aureacore::hooks
