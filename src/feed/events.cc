#include "feed/events.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/json.h"

namespace aureacore::feed {
namespace {

std::string_view name(entity::Criticality criticality) {
  constexpr std::string_view names[] = {"low", "normal", "high", "critical"};
  return names[static_cast<std::size_t>(criticality)];
}

void write(const Commit& commit, base::JsonWriter& json) {
  json.begin_object();
  json.member("source", commit.source);
  if (!commit.previous.empty()) json.member("previous", commit.previous);
  if (!commit.commit.empty()) {
    json.member("commit", commit.commit);
    json.member("position", static_cast<std::int64_t>(commit.position));
    json.member("author", commit.author);
    json.member("subject", commit.subject);
    json.member("time", timestamp(commit.time));
  }
  json.end_object();
}

void write_fields(const Fields& fields, base::JsonWriter& json) {
  json.key("fields");
  json.begin_array();
  for (const std::string& path : fields.paths) json.string(path);
  json.end_array();
  if (fields.more) json.member("moreFields", true);
}

void write(const View& view, base::JsonWriter& json) {
  const entity::Definition& definition = view.change->definition();
  json.begin_object();
  json.member("entityRef", definition.key);
  json.member("change", name(view.kind));
  json.member("criticality", name(view.change->criticality()));
  if (view.kind == Kind::changed) write_fields(view.change->fields, json);
  if (view.kind != Kind::removed) json.member("etag", view.change->after->etag_text());
  json.member("source", definition.place.file->source);
  json.member("path", definition.place.file->path);
  json.end_object();
}

std::string event(std::string_view token, std::string_view type, std::string_view data) {
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", token, type, data);
}

}  // namespace

std::string timestamp(std::int64_t seconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", int(date.year()), unsigned(date.month()),
                     unsigned(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string change_json(const Publication& publication, std::span<const View> views) {
  std::string data;
  base::JsonWriter json(data);
  json.begin_object();
  json.member("version", publication.token);
  json.member("previous", publication.previous);
  json.member("critical", std::ranges::any_of(views, [](const View& view) {
                return view.change->criticality() == entity::Criticality::critical;
              }));
  json.key("commits");
  json.begin_array();
  for (const Commit& commit : publication.commits) write(commit, json);
  json.end_array();
  json.key("changes");
  json.begin_array();
  for (const View& view : views) write(view, json);
  json.end_array();
  json.end_object();
  return data;
}

std::string change_event(const Publication& publication, std::span<const View> views) {
  return event(publication.token, "change", change_json(publication, views));
}

std::string bookmark_event(std::string_view token) {
  return event(token, "bookmark", fmt::format(R"({{"version":"{}"}})", token));
}

std::string reset_event(std::string_view token, std::string_view reason) {
  return event(token, "reset", fmt::format(R"({{"version":"{}","reason":"{}"}})", token, reason));
}

std::string retry_hint(std::chrono::milliseconds time) { return fmt::format("retry: {}\n\n", time.count()); }

}  // namespace aureacore::feed
