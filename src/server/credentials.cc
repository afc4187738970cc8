#include "server/credentials.h"

#include <sys/stat.h>

#include <fstream>
#include <utility>

#include "base/text.h"

namespace aureacore::server {
namespace {

// Changes whenever a file was written anew or replaced.
std::string stamp_of(const http::TlsOptions& options) {
  std::string stamp;
  for (const std::string& file : {options.certificate_file, options.key_file, options.client_ca_file}) {
    struct stat status{};
    if (file.empty() || ::stat(file.c_str(), &status) != 0) continue;
    stamp += fmt::format("{}:{}:{}.{};", status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  }
  return stamp;
}

}  // namespace

void Credentials::take_over(const AuthConfig& config) {
  const std::scoped_lock lock(mutex_);
  std::vector<Keys> before = std::exchange(keys_, {});
  for (const IssuerConfig& issuer : config.issuers) {
    Keys keys{.config = issuer, .keys = nullptr, .digest = {}, .due = dependencies_.clock.steady()};
    for (const Keys& old : before) {
      if (old.config.issuer.issuer == issuer.issuer.issuer && old.config.place == issuer.place) {
        keys.keys = old.keys;
        keys.digest = old.digest;
      }
    }
    keys_.push_back(std::move(keys));
  }
  config_ = config;
  publish();
  hurry_ = true;
  changed_.notify_all();
}

void Credentials::publish() {
  auth::Policy policy = policy_of(config_);
  for (std::size_t i = 0; i < keys_.size(); ++i) policy.issuers[i].keys = keys_[i].keys;
  dependencies_.policy.set(std::make_shared<const auth::Policy>(std::move(policy)));
}

void Credentials::watch(http::TlsOptions options, std::shared_ptr<http::TlsSlot> slot) {
  tls_ = std::move(options);
  slot_ = std::move(slot);
  stamp_ = stamp_of(tls_);
}

void Credentials::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Credentials::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Credentials::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    look(stop);
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, look_interval, [this] { return hurry_; });
    hurry_ = false;
  }
}

void Credentials::look(const std::stop_token& stop) {
  look_at_keys(stop);
  look_at_certificate();
}

// Each by itself and without the lock: an address may take its time.
void Credentials::look_at_keys(const std::stop_token& stop) {
  for (std::size_t i = 0; !stop.stop_requested(); ++i) {
    IssuerConfig issuer;
    {
      const std::scoped_lock lock(mutex_);
      if (i >= keys_.size()) return;
      if (dependencies_.clock.steady() < keys_[i].due) continue;
      issuer = keys_[i].config;
    }
    const auto json = read(issuer, stop);
    const std::scoped_lock lock(mutex_);
    // Another configuration may have come meanwhile.
    if (i >= keys_.size() || keys_[i].config.place != issuer.place) return;
    const auto taken = json ? take(keys_[i], *json) : base::Status(std::unexpected(json.error()));
    keys_[i].due = dependencies_.clock.steady() + (taken ? issuer.refresh : base::Duration(look_interval));
    if (taken) continue;
    key_failures_.fetch_add(1, std::memory_order_relaxed);
    dependencies_.log.warning("keys not refreshed, the last ones stay",
                              {{"issuer", base::printable(issuer.issuer.issuer)}, {"error", taken.error().message}});
  }
}

base::Result<std::string> Credentials::read(const IssuerConfig& issuer, const std::stop_token& stop) const {
  if (issuer.is_url) return dependencies_.fetch(issuer.place, stop);
  std::ifstream in(issuer.place, std::ios::binary);
  std::string bytes(auth::KeySet::max_bytes + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.empty()) {
    return base::fail(base::Code::not_found, "expected a file with keys at {}", base::printable(issuer.place));
  }
  return bytes;
}

base::Status Credentials::take(Keys& keys, const std::string& json) {
  const base::Hash128 digest = base::hash128(json);
  if (keys.keys != nullptr && digest == keys.digest) return {};
  auto set = auth::KeySet::parse(json);
  if (!set) return std::unexpected(set.error().in(base::printable(keys.config.place)));
  dependencies_.log.info("keys taken", {{"issuer", base::printable(keys.config.issuer.issuer)}, {"keys", set->size()}});
  keys.digest = digest;
  keys.keys = std::make_shared<const auth::KeySet>(*std::move(set));
  publish();
  return {};
}

void Credentials::look_at_certificate() {
  const std::scoped_lock lock(certificate_mutex_);
  if (slot_ != nullptr && stamp_of(tls_) != stamp_) load_certificate();
}

void Credentials::reload_certificate() {
  const std::scoped_lock lock(certificate_mutex_);
  if (slot_ != nullptr) load_certificate();
}

void Credentials::load_certificate() {
  // Before the files are read: one that is written in between is read again.
  std::string stamp = stamp_of(tls_);
  auto context = http::TlsContext::load(tls_);
  if (!context) {
    certificate_failures_.fetch_add(1, std::memory_order_relaxed);
    dependencies_.log.error("certificate not reloaded, the last one stays", {{"error", context.error().message}});
    return;
  }
  stamp_ = std::move(stamp);
  slot_->set(*std::move(context));
  dependencies_.log.info("certificate reloaded", {{"file", base::printable(tls_.certificate_file)}});
}

void Credentials::register_metrics(metrics::Registry& registry) const {
  using metrics::Sample;
  const auto count = [](const std::atomic<std::uint64_t>& counter) {
    return std::vector<Sample>{{{}, static_cast<double>(counter.load(std::memory_order_relaxed))}};
  };
  registry.counter("aureacore_auth_key_failures_total", "Times that an issuer's keys could not be refreshed.",
                   [this, count] { return count(key_failures_); });
  if (slot_ == nullptr) return;
  registry.counter("aureacore_tls_certificate_failures_total", "Times that the certificate could not be reloaded.",
                   [this, count] { return count(certificate_failures_); });
  registry.gauge("aureacore_tls_certificate_expiry_timestamp_seconds", "When the listener's certificate ends.", [this] {
    const auto ends = slot_->get()->ends().time_since_epoch();
    return std::vector<Sample>{
        {{}, static_cast<double>(std::chrono::duration_cast<std::chrono::seconds>(ends).count())}};
  });
}

}  // namespace aureacore::server
