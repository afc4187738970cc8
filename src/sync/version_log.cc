#include "sync/version_log.h"

#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "cache/head.h"

namespace aureacore::sync {
namespace {

constexpr std::string_view file_prefix = "versions-";

// The token, a line break, the version's lines, an empty line.
std::string record_of(const std::string& token, const std::string& text) { return token + '\n' + text + '\n'; }

// The text that the record has for its token; nothing where the record is damaged.
std::optional<std::pair<std::string, std::string>> parse_record(std::string_view record) {
  const auto line = record.find('\n');
  if (line == std::string_view::npos) return std::nullopt;
  const auto version = cache::parse_version(record.substr(line + 1));
  if (!version || version->token() != record.substr(0, line)) return std::nullopt;
  return std::pair(std::string(record.substr(0, line)), std::string(record.substr(line + 1)));
}

}  // namespace

void VersionLog::open(const std::string& catalog) {
  const std::scoped_lock lock(mutex_);
  auto file = directory_ / (std::string(file_prefix) + catalog);
  if (file == file_) return;
  file_ = std::move(file);
  texts_.clear();
  order_.clear();
  bytes_ = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory_, error)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(file_prefix) && entry.path() != file_) std::filesystem::remove(entry.path(), error);
  }
  read();
}

void VersionLog::read() {
  std::error_code error;
  file_bytes_ = std::filesystem::exists(file_, error) ? std::filesystem::file_size(file_, error) : 0;
  // A larger one is none of ours.
  if (error || file_bytes_ > 4 * max_bytes) return rewrite();
  std::ifstream in(file_, std::ios::binary);
  const std::string all(std::istreambuf_iterator<char>(in), {});
  bool damaged = false;
  std::string_view rest = all;
  while (!rest.empty()) {
    const auto end = rest.find("\n\n");
    auto record = end == std::string_view::npos ? std::nullopt : parse_record(rest.substr(0, end + 1));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
    damaged |= !record;
    if (record) remember(record->first, std::move(record->second));
  }
  if (damaged) rewrite();
}

void VersionLog::note(const entity::Version& version, const std::string& token) {
  const std::scoped_lock lock(mutex_);
  if (file_.empty() || texts_.contains(token)) return;
  const auto text = cache::version_text(version);
  append(record_of(token, text));
  remember(token, text);
}

void VersionLog::remember(const std::string& token, std::string text) {
  const auto bytes = token.size() + text.size();
  if (!texts_.emplace(token, std::move(text)).second) return;
  bytes_ += bytes;
  order_.push_back(token);
  while (bytes_ > max_bytes && order_.size() > 1) {
    const auto oldest = texts_.find(order_.front());
    bytes_ -= oldest->first.size() + oldest->second.size();
    texts_.erase(oldest);
    order_.pop_front();
  }
}

void VersionLog::append(const std::string& record) {
  if (file_bytes_ + record.size() > 2 * max_bytes) rewrite();
  std::ofstream out(file_, std::ios::binary | std::ios::app);
  out << record << std::flush;
  file_bytes_ += record.size();
  if (!out) log_.warning("version not noted", {{"file", file_.string()}});
}

void VersionLog::rewrite() {
  std::ofstream out(file_, std::ios::binary | std::ios::trunc);
  file_bytes_ = 0;
  for (const auto& token : order_) {
    const auto record = record_of(token, texts_.at(token));
    out << record;
    file_bytes_ += record.size();
  }
}

std::optional<entity::Version> VersionLog::find(const std::string& token) const {
  const std::scoped_lock lock(mutex_);
  const auto at = texts_.find(token);
  if (at == texts_.end()) return std::nullopt;
  auto version = cache::parse_version(at->second);
  return version ? std::optional(*std::move(version)) : std::nullopt;
}

std::size_t VersionLog::size() const {
  const std::scoped_lock lock(mutex_);
  return order_.size();
}

}  // namespace aureacore::sync
