// Worker: one thread's handler with everything it keeps between requests; and Call, one request on its way through it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/conditions.h"
#include "api/handler.h"
#include "api/labels.h"
#include "api/params.h"
#include "api/problem.h"
#include "api/routes.h"
#include "api/settled.h"
#include "auth/gate.h"
#include "query/json_parser.h"
#include "query/query.h"
#include "search/searcher.h"

namespace aureacore::graph {
class Dense;
}

namespace aureacore::api {

struct Call;

class Worker final : public http::Handler {
 public:
  enum class Place : std::uint8_t { server, background };

  Worker(const Context& context, unsigned worker, Place place = Place::server)
      : context_(context),
        counters_(context.requests.worker(worker)),
        reader_(context.slot),
        labels_(context.clock),
        place_(place),
        gate_(context.auth) {
    follow_policy();
  }

  void handle(const http::Request& request, http::Response& response) override;
  void tick() override;
  void refuse(int status, std::string_view why, http::Response& response) override;

  // Answers from this version until unpin(). For background threads.
  void pin(catalog::SnapshotPtr snapshot);
  void unpin() { reader_.unpin(); }
  // The request as endpoints take it, before its parameters are read.
  Call begin(const http::Request& request, http::Response& response);
  // Answers a request that was deferred, by its route; what the route's endpoint would have read is settled already.
  void answer_deferred(std::size_t route, const http::Request& request, http::Response& response,
                       const std::function<void(Call&)>& write);
  // Answers a request whose consistency level was settled before.
  void answer_settled(const Settled& settled, const http::Request& request, http::Response& response);
  // The graph of the current version as a whole.
  std::shared_ptr<const graph::Dense> dense();
  [[nodiscard]] bool in_background() const { return place_ == Place::background; }
  // Whether what is in the catalog is for some callers only.
  [[nodiscard]] bool keeps_private() const { return gate_.keeps_private(); }
  // For how long the caller of the request that is answered may have more.
  [[nodiscard]] auth::Stay stay() const { return stay_; }

  [[nodiscard]] const Context& context() const { return context_; }
  catalog::Reader& reader() { return reader_; }
  Labels& labels() { return labels_; }
  query::JsonParser& parser() { return parser_; }
  search::Searcher& searcher() { return searcher_; }
  void count(CacheResult result) { counters_.count(result); }
  void count(Shed reason) { counters_.count(reason); }
  // For the parts of an answer; empty at the beginning of each request.
  std::vector<std::string_view>& parts() { return parts_; }

 private:
  // Answers a look-up by name if it is a plain one: nothing encoded, no query, no level asked for, and the entity is
  // there and small.
  bool look_up(const http::Request& request, http::Response& response);
  void dispatch(const http::Request& request, http::Response& response);
  void route(const http::Request& request, http::Response& response);
  // The same, counted.
  bool look_up_timed(const http::Request& request, http::Response& response);
  void route_matched(const Match& match, const http::Request& request, http::Response& response);
  // Routes it if its caller may have it, otherwise answers 401 or 403. What a background thread does was admitted before.
  void route_guarded(const http::Request& request, http::Response& response);
  // False: the request comes by a browser's page of elsewhere, perhaps, and is refused.
  bool comes_from_here(const http::Request& request, http::Response& response);
  // False: the client has asked too often, and is told so. Anything else is labelled with what is left.
  bool within_limit(const http::Request& request, http::Response& response, const auth::Principal* caller);
  // Null: with credentials that are no good.
  const auth::Principal* identify(const http::Request& request);
  [[nodiscard]] auth::Role needed_for(const Route& route) const;
  void refuse_access(const http::Request& request, http::Response& response, const auth::Principal* caller,
                     auth::Role needed);
  void follow_policy();
  void call(const Match& match, const http::Request& request, http::Response& response);
  // Settles the consistency level; false: answered with a problem, or on its way to the barrier.
  bool settle_level(Call& call);
  bool settle_snapshot(Call& call, const query::Ask& ask);
  std::optional<base::SteadyTime> missing_check(Call& call, const query::Ask& ask);
  bool wait_for_checks(Call& call, const query::Ask& ask, base::SteadyTime since);
  void watch_pace();
  // Whether the request is to be answered 503 so that the worker keeps up with look-ups.
  bool sheds(std::size_t route);
  void answer_unmatched(const Match& match, const http::Request& request, http::Response& response);

  const Context& context_;
  WorkerRequests& counters_;
  catalog::Reader reader_;
  Labels labels_;
  query::JsonParser parser_;
  search::Searcher searcher_;
  std::vector<std::string_view> parts_;
  std::string header_scratch_;
  Place place_;
  auth::Gate gate_;
  auth::Stay stay_;
  bool only_here_ = false;   // see auth::Policy
  bool limits_ = false;      // how often clients may ask
  bool admits_ = false;      // not everybody everything, or not as often as they like
  std::string limit_lines_;  // of the request that is answered
  std::uint64_t pins_ = 0;
  const Settled* settled_ = nullptr;  // of the request that is answered; null: not settled yet
  bool pinned_here_ = false;          // to an earlier version, for this request alone
  base::SteadyTime ticked_{};
  std::size_t costly_ = 0;  // requests since then
  bool behind_ = false;     // the last tick came late, with many of them before
};

// One request that is answered off the fast way. Lives on the stack for as long.
struct Call {
  Worker& worker;
  const http::Request& request;
  http::Response& response;
  Conditions conditions;
  std::array<std::string, max_path_parameters> path;  // decoded
  Params params;
  const catalog::Snapshot* snapshot = nullptr;  // the current one; not null where the route needs one
  Settled settled;                              // eventual, unless the client asked for more
  std::optional<Label> pinned;                  // set once the answer comes from another version than the current one

  [[nodiscard]] const Context& context() const { return worker.context(); }
  // The label of all sources, or of the pinned version.
  const Label& label();
  // Writes a label's lines, with the level settled on.
  void write_label(const Label& label);
  // Those, where they aren't the label's own.
  [[nodiscard]] std::string label_lines(const Label& label) const;

  // Has a background thread answer, from this very version. False: this is one, or there are none.
  bool defer();
  // The same if so many entities, or values of theirs, are more than a worker may stop for.
  bool defer_large(std::size_t count);
  // The same if the query looks into each entity.
  bool defer_scan(const query::Query& query);

  void fail(const Problem& problem, std::string_view allow = {});
  void fail(const base::Error& error) { fail(bad_request(error)); }
  // Not now: too much is asked at once.
  void shed(Shed reason);
  // Not there, in this very version: the answer is labelled like one with the thing.
  void fail_absent(std::string detail);
};

}  // namespace aureacore::api
