// For tests and benchmarks: a handler with everything around it, and answers taken apart.
#pragma once

#include <fmt/core.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "api/background.h"
#include "api/barrier.h"
#include "api/handler.h"
#include "base/text.h"
#include "query/testing.h"

namespace aureacore::api::testing {

// One of query::testing::documents().
constexpr std::string_view web = "/api/catalog/entities/by-name/component/default/web";

class FakeSync final : public sync::Status {
 public:
  [[nodiscard]] std::vector<sync::SourceStatus> sources() const override { return statuses; }
  // Of any thread, as the real one.
  bool refresh(std::string_view source) override {
    const std::scoped_lock lock(mutex);
    refreshed.emplace_back(source);
    if (on_refresh) on_refresh();
    return source == "main";
  }

  sync::Release release(std::string_view source, std::string_view commit) override {
    released = fmt::format("{}@{}", source, commit);
    return release_answer;
  }

  std::string released;
  sync::Release release_answer = sync::Release::released;
  std::vector<sync::SourceStatus> statuses;
  std::mutex mutex;
  std::vector<std::string> refreshed;
  std::function<void()> on_refresh;
};

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case; repeated ones joined with ", "
  std::string body;
  bool deferred = false;  // a background thread answered

  [[nodiscard]] std::string header(const std::string& name) const {
    const auto at = headers.find(name);
    return at == headers.end() ? "" : at->second;
  }
};

inline Answer take_apart(std::string_view bytes) {
  Answer answer;
  answer.status = std::stoi(std::string(bytes.substr(9, 3)));
  const auto end = bytes.find("\r\n\r\n");
  answer.body = bytes.substr(end + 4);
  std::string_view head = bytes.substr(0, end + 2);
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    const auto colon = line.find(": ");
    std::string& value = answer.headers[base::lower(line.substr(0, colon))];
    if (!value.empty()) value += ", ";
    value += line.substr(colon + 2);
  }
  return answer;
}

// What stands at a JSON pointer, minified; or a text that says what was found instead.
std::string json_at(const Answer& answer, std::string_view pointer);
// A text that stands there as it is, anything else minified; empty: nothing.
std::string text_at(const Answer& answer, std::string_view pointer);
// The names of the entities in a list, with blanks between.
std::string names_at(const Answer& answer, std::string_view pointer);

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Instance {
  base::ManualClock clock;
  base::Log log{clock, base::Log::Format::text, [](std::string_view) {}};
  catalog::SnapshotSlot slot{2};
  FakeSync sync;
  sync::Conflicts conflicts{clock, log};
  metrics::Registry registry;
  static constexpr unsigned background_threads = 2;
  RequestMetrics requests{1 + background_threads + 1};
  std::atomic<bool> draining{false};
  Context context{.clock = clock,
                  .log = log,
                  .slot = slot,
                  .sync = sync,
                  .metrics = registry,
                  .requests = requests,
                  .release = "0.1.0",
                  .draining = &draining,
                  .conflicts = &conflicts};
  std::unique_ptr<http::Handler> handler = make_handler(context, 0);
  std::shared_ptr<http::Mailbox> mailbox = std::make_shared<http::Mailbox>();
  std::shared_ptr<catalog::Freshness> freshness = std::make_shared<catalog::Freshness>();

  std::unique_ptr<Background> background = std::make_unique<Background>(context, background_threads, 1);

  std::unique_ptr<Barrier> barrier = std::make_unique<Barrier>(context, 1 + background_threads);

  Instance() {
    context.background = background.get();
    context.barrier = barrier.get();
  }

  // With another context: its threads read it as they begin, so they end first.
  void set_up(const std::function<void(Context&)>& change) {
    barrier.reset();
    background.reset();
    change(context);
    background = std::make_unique<Background>(context, background_threads, 1);
    context.background = background.get();
    barrier = std::make_unique<Barrier>(context, 1 + background_threads);
    context.barrier = barrier.get();
    handler = make_handler(context, 0);
  }

  // Publishes these documents as the only source's at this position, checked just now.
  void publish(const std::vector<query::testing::Document>& documents = query::testing::documents(),
               std::uint64_t position = 1) {
    catalog::Editor editor(nullptr);
    for (const auto& document : documents) editor.put(query::testing::define(document));
    catalog::SourceState source = query::testing::source_state("main", position);
    source.freshness = freshness;
    source.author = "Ada";
    editor.set_source(source);
    editor.set_diagnostics(
        "main", "broken.yaml",
        {{.rule = "yaml", .message = "expected a mapping", .path = "broken.yaml", .mark = {3, 7}, .entity = {}}});
    // As sync does: what a check found is served before the check counts, but for the first.
    if (freshness->last_check() == base::SteadyTime{}) freshness->checked(clock.steady());
    slot.publish(editor.finish());
    freshness->checked(clock.steady());
  }

  Answer ask(std::string_view method, std::string_view target, const Headers& headers = {},
             std::string_view body = {}) const {
    std::vector<http::Header> views;
    for (const auto& [name, value] : headers) views.push_back({name, value});
    http::Request request;
    request.method = http::method_of(method);
    request.method_name = method;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    request.headers = views;
    request.body = body;
    http::Output out;
    http::Response response(request, out, &mailbox);
    handler->handle(request, response);
    auto rest = response.take_body();
    const auto deferral = response.take_deferral();
    if (deferral) {
      wait_for(*deferral);
      if (!deferral->answer) throw std::logic_error("the background gave no answer");
      out.append(deferral->answer->headers());
      out.append(deferral->lines);
      http::append_head_end(out, false, false);
      out.append(deferral->answer->body());
      rest = std::move(deferral->answer->rest);
    } else if (!response.finished()) {
      throw std::logic_error("the handler gave no answer");
    }
    while (rest && rest->produce(out, 1000)) {
    }
    Answer answer = take_apart(out.view());
    answer.deferred = deferral != nullptr;
    return answer;
  }
  Answer get(std::string_view target, const Headers& headers = {}) const { return ask("GET", target, headers); }

  static void wait_for(const http::Deferral& deferral) {
    while (!deferral.done.load(std::memory_order_acquire)) std::this_thread::yield();
  }

  // As the server does, after so much time.
  void pass(base::Duration time) {
    clock.advance(time);
    handler->tick();
  }
};

}  // namespace aureacore::api::testing
