#include "hooks/event.h"

#include <algorithm>

#include "hooks/json.h"

namespace aureacore::hooks {
namespace {

using Kind = Event::Kind;

// A commit's id, or empty: for none there are zeros.
std::string commit(std::string id) {
  const bool is_hexadecimal = id.find_first_not_of("0123456789abcdef") == std::string::npos;
  const bool is_zero = id.find_first_not_of('0') == std::string::npos;
  const bool is_whole = id.size() == 40 || id.size() == 64;
  return is_hexadecimal && is_whole && !is_zero ? std::move(id) : std::string();
}

class Reader {
 public:
  Reader(const Request& request, const Json& root, Event& event) : request_(request), root_(root), event_(event) {}

  void read() {
    switch (event_.sender) {
      case Sender::forgejo:
      case Sender::gitea:
      case Sender::gogs:
      case Sender::github:
        return read_github();
      case Sender::gitlab:
        return read_gitlab();
      case Sender::bitbucket_cloud:
        return read_bitbucket_cloud();
      case Sender::bitbucket_server:
        return read_bitbucket_server();
      case Sender::azure_devops:
        return read_azure_devops();
      case Sender::flux:
        return read_flux();
      case Sender::generic:
        return read_generic();
    }
  }

 private:
  void add_address(const Json& from, std::string_view path) {
    std::string address = text(from, path);
    if (!address.empty() && event_.repositories.size() < EventLimits::addresses) {
      event_.repositories.push_back(std::move(address));
    }
  }
  void add_change(std::string ref, std::string before, std::string after) {
    event_.changes.push_back({std::move(ref), commit(std::move(before)), commit(std::move(after))});
  }
  [[nodiscard]] Kind kind(std::string_view push, std::string_view ping = {}) const {
    const std::string_view event = event_of(request_, event_.sender);
    if (event == push) return Kind::push;
    return !ping.empty() && event == ping ? Kind::ping : Kind::other;
  }
  void read_ref() { add_change(text(root_, "ref"), text(root_, "before"), text(root_, "after")); }

  void read_github() {
    event_.kind = kind("push", "ping");
    for (const char* const path : {"clone_url", "ssh_url", "html_url", "url", "git_url"}) {
      add_address(root_, std::string("repository/") + path);
    }
    if (event_.kind == Kind::push) read_ref();
  }

  void read_gitlab() {
    // A system hook says in its body what it is about.
    const bool is_system = event_of(request_, event_.sender) == "System Hook" && text(root_, "object_kind") == "push";
    event_.kind = is_system ? Kind::push : kind("Push Hook");
    for (const char* const path : {"git_http_url", "git_ssh_url", "web_url", "http_url", "ssh_url"}) {
      add_address(root_, std::string("project/") + path);
    }
    add_address(root_, "repository/git_http_url");
    add_address(root_, "repository/git_ssh_url");
    if (event_.kind == Kind::push) read_ref();
  }

  void read_bitbucket_cloud() {
    event_.kind = kind("repo:push");
    add_address(root_, "repository/links/html/href");
    each(root_, "push/changes", [this](const Json& change) {
      const bool is_gone = text(change, "new/name").empty();
      const std::string side = is_gone ? "old" : "new";
      const std::string name = text(change, side + "/name");
      if (name.empty()) return;
      const bool is_tag = text(change, side + "/type") == "tag";
      add_change((is_tag ? "refs/tags/" : "refs/heads/") + name, text(change, "old/target/hash"),
                 text(change, "new/target/hash"));
    });
  }

  void read_bitbucket_server() {
    event_.kind = kind("repo:refs_changed", "diagnostics:ping");
    each(root_, "repository/links/clone", [this](const Json& link) { add_address(link, "href"); });
    each(root_, "repository/links/self", [this](const Json& link) { add_address(link, "href"); });
    each(root_, "changes", [this](const Json& change) {
      std::string ref = text(change, "ref/id");
      if (ref.empty()) ref = text(change, "refId");
      add_change(std::move(ref), text(change, "fromHash"), text(change, "toHash"));
    });
  }

  void read_azure_devops() {
    event_.kind = text(root_, "eventType") == "git.push" ? Kind::push : Kind::other;
    event_.delivery = text(root_, "id");
    add_address(root_, "resource/repository/remoteUrl");
    add_address(root_, "resource/repository/sshUrl");
    each(root_, "resource/refUpdates", [this](const Json& update) {
      add_change(text(update, "name"), text(update, "oldObjectId"), text(update, "newObjectId"));
    });
  }

  // It has no repository's address, unless the Alert adds one to the event's metadata, some of which stands under a group's
  // prefix.
  void read_flux() {
    event_.object = text(root_, "involvedObject/name");
    std::string revision;
    Json found;
    simdjson::dom::object metadata;
    if (find(root_, "metadata", found) && found.get(metadata) == simdjson::SUCCESS) {
      for (const auto& [key, value] : metadata) {
        std::string_view content;
        if (value.get(content) != simdjson::SUCCESS || content.size() > EventLimits::text_bytes) continue;
        const std::string_view name = key.substr(key.rfind('/') == std::string_view::npos ? 0 : key.rfind('/') + 1);
        const bool is_address = name == "repository" && event_.repositories.size() < EventLimits::addresses;
        if (name == "revision") revision = content;
        if (is_address) event_.repositories.emplace_back(content);
      }
    }
    const bool is_known = !event_.object.empty() || !event_.repositories.empty();
    event_.kind = is_known && text(root_, "severity") != "error" ? Kind::push : Kind::other;
    if (!revision.empty()) read_revision(revision);
  }

  // "main@sha1:1eabc9a4…", "refs/heads/main@sha1:…", or as it was before: "main/1eabc9a4…".
  void read_revision(std::string_view revision) {
    const auto at = revision.rfind('@');
    const auto colon = revision.rfind(':');
    const auto slash = revision.rfind('/');
    if (at != std::string_view::npos && colon != std::string_view::npos && colon > at) {
      add_change(std::string(revision.substr(0, at)), {}, std::string(revision.substr(colon + 1)));
    } else if (slash != std::string_view::npos && !commit(std::string(revision.substr(slash + 1))).empty()) {
      add_change(std::string(revision.substr(0, slash)), {}, std::string(revision.substr(slash + 1)));
    }
  }

  void read_generic() {
    add_address(root_, "repository");
    const std::string ref = text(root_, "ref");
    std::string before = text(root_, "before");
    std::string after = text(root_, "after");
    if (!ref.empty() || !after.empty()) add_change(ref, std::move(before), std::move(after));
    event_.kind = event_.repositories.empty() ? Kind::other : Kind::push;
  }

  const Request& request_;
  const Json& root_;
  Event& event_;
};

// Some senders can be told to send a form whose one field is the JSON.
std::optional<std::string> form_payload(const Request& request) {
  constexpr std::string_view field = "payload=";
  constexpr std::string_view form = "application/x-www-form-urlencoded";
  if (!base::equal_ignoring_case(request.header("Content-Type").substr(0, form.size()), form)) return std::nullopt;
  if (!request.body.starts_with(field)) return std::nullopt;
  const std::string_view value = request.body.substr(field.size());
  return base::percent_decode(value.substr(0, value.find('&')), true);
}

}  // namespace

base::Result<Event> read_event(const Request& request, Sender sender) {
  const auto payload = form_payload(request);
  const std::string_view body = payload ? std::string_view(*payload) : request.body;
  simdjson::dom::parser parser;
  Json root;
  auto error = parser.allocate(std::max<std::size_t>(body.size(), simdjson::SIMDJSON_PADDING), EventLimits::depth);
  if (error == simdjson::SUCCESS) error = parser.parse(body.data(), body.size()).get(root);
  if (error != simdjson::SUCCESS) {
    return base::fail(base::Code::invalid, "the body: expected JSON: {}", simdjson::error_message(error));
  }
  if (!root.is_object()) {
    return base::fail(base::Code::invalid, "the body: expected a JSON object, found another value");
  }
  Event event;
  event.sender = sender;
  event.delivery = delivery_of(request, sender);
  Reader(request, root, event).read();
  if (event.changes.size() > EventLimits::changes) event.changes.clear();
  if (event.delivery.size() > EventLimits::text_bytes) event.delivery.clear();
  return event;
}

}  // namespace aureacore::hooks
