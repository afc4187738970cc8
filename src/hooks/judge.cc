#include "hooks/judge.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "hooks/address.h"

namespace aureacore::hooks {
namespace {

using Outcome = Verdict::Outcome;

constexpr std::string_view branch_prefix = "refs/heads/";

// Headers that decide what a webhook is: two of one would let each reader see another.
constexpr std::array<std::string_view, 11> single_headers{
    "X-Forgejo-Event",   "X-Gitea-Event", "X-Gogs-Event",   "X-GitHub-Event", "X-Gitlab-Event",  "X-Event-Key",
    "X-GitHub-Delivery", "X-Hook-UUID",   "X-Request-UUID", "Gotk-Component", "X-Gitea-Delivery"};

std::optional<std::string> doubled_header(const Request& request) {
  for (const std::string_view header : single_headers) {
    if (request.count(header) > 1) return fmt::format("expected one {}, found {}", header, request.count(header));
  }
  return std::nullopt;
}

bool is_about(const Event& event, const Target& target) {
  if (!event.repositories.empty()) {
    return std::ranges::any_of(event.repositories, [&](const std::string& repository) {
      return canonical_address(repository) == target.address;
    });
  }
  return event.sender == Sender::flux && event.object == target.id;
}

// The change of the branch that the source follows; null: it has none; where nothing is said, anything may have changed.
const Change* change_of(const Event& event, const std::string& branch) {
  static const Change anything;
  if (event.changes.empty()) return &anything;
  const Change* found = nullptr;
  for (const Change& change : event.changes) {
    std::string_view name = change.ref;
    const bool is_branch = name.starts_with(branch_prefix);
    if (name.starts_with("refs/") && !is_branch) continue;
    if (is_branch) name.remove_prefix(branch_prefix.size());
    if (change.ref.empty() || branch.empty() || name == branch) found = &change;
  }
  if (found == nullptr) return nullptr;
  // Which of the branches it follows isn't known, so neither is its commit.
  return branch.empty() ? &anything : found;
}

class Judge {
 public:
  Judge(const Request& request, const Targets& targets, const BranchOf& branch_of, base::WallTime now)
      : request_(request), targets_(targets), branch_of_(branch_of), now_(now) {}

  Verdict decide() {
    verdict_.event.sender = detect(request_);
    if (const auto doubled = doubled_header(request_)) return malformed(*doubled);
    proof_ = Proof::read(request_, verdict_.event.sender);
    auto event = read_event(request_, verdict_.event.sender);
    // Nobody learns more than that where secrets are in use.
    if (!event) return has_secrets() && !proves_any() ? refused() : malformed(event.error().message);
    verdict_.event = std::move(*event);
    verdict_.id_proven = proof_.covers_id();
    const auto named = find_named();
    return named.empty() ? judge_stranger() : judge_named(named);
  }

 private:
  Verdict malformed(std::string problem) {
    verdict_.outcome = Outcome::malformed;
    verdict_.problem = std::move(problem);
    return std::move(verdict_);
  }
  Verdict refused() {
    verdict_.outcome = is_old_ ? Outcome::old : Outcome::unproven;
    verdict_.matches.clear();
    return std::move(verdict_);
  }

  [[nodiscard]] bool has_secrets() const {
    return !targets_.secrets.empty() ||
           std::ranges::any_of(targets_.sources, [](const Target& target) { return !target.secrets.empty(); });
  }
  bool proves(std::span<const Secret> secrets) {
    const Finding finding = proof_.check(secrets, now_);
    is_old_ |= finding == Finding::old;
    return finding == Finding::right;
  }
  // By any secret that there is.
  bool proves_any() {
    if (!proof_.shown()) return false;
    if (proves(targets_.secrets)) return true;
    std::size_t hashed = 0;
    for (const Target& target : targets_.sources) {
      hashed += (request_.body.size() + 1) * target.secrets.size();
      if (hashed > max_hashed_bytes) return false;
      if (!target.secrets.empty() && proves(target.secrets)) return true;
    }
    return false;
  }

  [[nodiscard]] std::vector<const Target*> find_named() const {
    std::vector<const Target*> named;
    for (const Target& target : targets_.sources) {
      if (is_about(verdict_.event, target)) named.push_back(&target);
    }
    return named;
  }

  // Of a repository that isn't ours, or none at all.
  Verdict judge_stranger() {
    verdict_.proven = proves_any();
    return has_secrets() && !verdict_.proven ? refused() : std::move(verdict_);
  }

  Verdict judge_named(const std::vector<const Target*>& named) {
    std::vector<const Target*> allowed;
    for (const Target* target : named) {
      const auto secrets = targets_.secrets_of(*target);
      const bool proven = !secrets.empty() && proves(secrets);
      verdict_.proven |= proven;
      // What shows a proof where none is asked for is taken without it.
      if (proven || secrets.empty()) allowed.push_back(target);
    }
    if (allowed.empty()) return refused();
    if (verdict_.event.kind != Event::Kind::push) return std::move(verdict_);
    for (const Target* target : allowed) {
      const std::string branch = target->branch.empty() ? branch_of_(target->id) : target->branch;
      const Change* const change = change_of(verdict_.event, branch);
      if (change != nullptr) verdict_.matches.push_back({target->id, change->after});
    }
    if (!verdict_.matches.empty()) verdict_.outcome = Outcome::accepted;
    return std::move(verdict_);
  }

  const Request& request_;
  const Targets& targets_;
  const BranchOf& branch_of_;
  const base::WallTime now_;
  Proof proof_;
  Verdict verdict_;
  bool is_old_ = false;
};

}  // namespace

Verdict judge(const Request& request, const Targets& targets, const BranchOf& branch_of, base::WallTime now) {
  return Judge(request, targets, branch_of, now).decide();
}

}  // namespace aureacore::hooks
