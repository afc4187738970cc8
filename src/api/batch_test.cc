// Batches: their operations' answers, isolation, limits, and what may go wrong around them.
#include "api/batch.h"

#include <gmock/gmock.h>
#include <simdjson.h>

#include "api/testing.h"

namespace aureacore::api {
namespace {

using ::testing::HasSubstr;
using testing::json_at;

struct BatchApi : ::testing::Test {
  BatchApi() { instance.publish(); }

  testing::Answer post(const std::string& requests, const testing::Headers& headers = {}) const {
    return instance.ask("POST", "/api/v1/batch", headers, "{\"requests\":[" + requests + "]}");
  }

  testing::Instance instance;
};

constexpr auto web_operation = R"({"path":"/api/catalog/entities/by-name/component/default/web"})";

TEST_F(BatchApi, AnswersEachInOrderAsIfAskedAlone) {
  const auto answer = post(
      R"({"id":"x","method":"GET","path":"/api/catalog/entities/by-name/component/default/web"},)"
      R"({"path":"/api/catalog/entity-facets?facet=kind"},)"
      R"({"id":7,"method":"POST","path":"/api/catalog/entities/by-refs","body":{"entityRefs":["component:pay","api:none"]}},)"
      R"({"path":"/api/v1/graph/component/default/web?types=ownedBy&format=dot"},)"
      R"({"path":"/api/v1/cycles"},{"method":"HEAD","path":"/api/catalog/entities"})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto alone = [&](const std::string& target) { return instance.get(target); };
  EXPECT_EQ(json_at(answer, "/responses/0/id"), "\"x\"");
  EXPECT_EQ(json_at(answer, "/responses/0/body"), alone("/api/catalog/entities/by-name/component/default/web").body);
  EXPECT_EQ(json_at(answer, "/responses/1/id"), "1");
  EXPECT_EQ(json_at(answer, "/responses/1/body"), alone("/api/catalog/entity-facets?facet=kind").body);
  EXPECT_EQ(json_at(answer, "/responses/1/headers/Content-Type"), "\"application/json; charset=utf-8\"");
  EXPECT_EQ(json_at(answer, "/responses/2/id"), "7");
  EXPECT_EQ(json_at(answer, "/responses/2/body/items/0/metadata/name"), "\"pay\"");
  EXPECT_EQ(json_at(answer, "/responses/2/body/items/1"), "null");
  EXPECT_THAT(json_at(answer, "/responses/3/body"), HasSubstr("digraph"));
  EXPECT_EQ(json_at(answer, "/responses/4/body/totalItems"), "0");
  EXPECT_EQ(json_at(answer, "/responses/5/status"), "200");
  EXPECT_THAT(json_at(answer, "/responses/5/body"), HasSubstr("nothing there"));
  EXPECT_EQ(json_at(answer, "/version"), "\"" + answer.header("aureacore-version") + "\"");
  EXPECT_NE(answer.header("age"), "");
  EXPECT_EQ(post(web_operation, {{"If-None-Match", post(web_operation).header("etag")}}).status, 412);
  EXPECT_EQ(post("").body.substr(0, 15), "{\"responses\":[]");
}

TEST_F(BatchApi, OneFailingDoesntFailTheOthers) {
  const auto answer =
      post(std::string(web_operation) +
           R"(,{"path":"/api/catalog/entities/by-name/component/default/none"},{"path":"/nowhere"},)"
           R"({"method":"DELETE","path":"/api/catalog/entities"},{"path":"/api/catalog/entities?filter=%"},)"
           R"({"method":"POST","path":"/api/v1/batch","body":{"requests":[]}},{"path":"/metrics"},)"
           R"({"method":"POST","path":"/api/catalog/refresh","body":{}},{"method":"BREW","path":"/livez"},)"
           R"({},7,{"path":"/a b"},{"path":"/a\r\nX: y"},{"path":"é"},)"
           R"({"method":"POST","path":"/api/catalog/entities/by-refs","body":[]},)" +
           web_operation);
  ASSERT_EQ(answer.status, 200) << answer.body;
  std::string statuses;
  for (int i = 0; i < 16; ++i) statuses += json_at(answer, fmt::format("/responses/{}/status", i)) + " ";
  EXPECT_EQ(statuses, "200 404 404 405 400 400 400 400 405 400 400 400 400 400 400 200 ");
  EXPECT_EQ(json_at(answer, "/responses/1/body/error/name"), "\"NotFoundError\"");
  EXPECT_EQ(json_at(answer, "/responses/3/headers/Allow"), "\"GET, HEAD, OPTIONS\"");
  EXPECT_THAT(json_at(answer, "/responses/5/body/detail"),
              HasSubstr("found POST /api/v1/batch: send it as a request of its own"));
  EXPECT_EQ(instance.sync.refreshed.size(), 0);
}

TEST_F(BatchApi, NoOperationHasALevelOfItsOwn) {
  const std::string first = instance.slot.latest()->token();
  instance.publish({{"Component", "other", "", R"("type":"other")", {}}}, 2);
  const std::string level = fmt::format("%3B+version=%22{}%22", first);
  const auto answer = post(R"({"path":"/api/v1/errors?consistency=snapshot)" + level +
                           R"("},{"path":"/api/v1/errors?consistency=session)" + level +
                           R"("},{"path":"/api/v1/errors?consistency=eventual"},)" + web_operation);
  EXPECT_EQ(json_at(answer, "/responses/0/status"), "400");
  EXPECT_THAT(json_at(answer, "/responses/0/body/detail"), HasSubstr("expected the consistency level with the batch"));
  EXPECT_EQ(json_at(answer, "/responses/1/status"), "400");
  EXPECT_EQ(json_at(answer, "/responses/2/status"), "200");
  EXPECT_EQ(json_at(answer, "/responses/3/status"), "404");
  // A batch of the first version stays with it to its end, whatever an operation asks for.
  const auto old = post(R"({"path":"/api/v1/errors?consistency=snapshot)" + level + R"("},)" + web_operation,
                        {{"AureaCore-Consistency", fmt::format("snapshot; version=\"{}\"", first)}});
  EXPECT_EQ(json_at(old, "/version"), "\"" + first + "\"");
  EXPECT_EQ(json_at(old, "/responses/0/status"), "400");
  EXPECT_EQ(json_at(old, "/responses/1/status"), "200");
}

TEST_F(BatchApi, RefusesWhatIsNoBatch) {
  const auto ask = [&](const std::string& body) { return instance.ask("POST", "/api/v1/batch", {}, body); };
  EXPECT_EQ(ask("[").status, 400);
  EXPECT_THAT(ask("{}").body, HasSubstr("expected an array as \\\"requests\\\""));
  EXPECT_THAT(ask("").body, HasSubstr("expected an array as \\\"requests\\\""));
  EXPECT_EQ(instance.ask("POST", "/api/v1/batch?x=y", {}, "{\"requests\":[]}").status, 400);
  EXPECT_EQ(instance.get("/api/v1/batch").status, 405);
}

TEST_F(BatchApi, NamesTheLimitThatWasPassed) {
  instance.context.batch = {.operations = 2, .bytes = 4'000};
  EXPECT_EQ(post(std::string(web_operation) + "," + web_operation).status, 200);
  const auto many = post(std::string(web_operation) + "," + web_operation + "," + web_operation);
  EXPECT_EQ(many.status, 400);
  EXPECT_THAT(many.body, HasSubstr("at most 2 operations in a batch (limits.batch_operations), found 3"));
  const auto large = post(R"({"path":"/api/catalog/entities"},{"path":"/api/catalog/entities"})");
  EXPECT_EQ(large.status, 400);
  EXPECT_THAT(large.body, HasSubstr("at most 4000 bytes from a batch (limits.batch_bytes)"));
  instance.context.batch = {.time = std::chrono::seconds(-1)};
  EXPECT_THAT(json_at(post(web_operation), "/responses/0/body/detail"),
              HasSubstr("expected a batch that takes at most"));
}

// Larger answers than one piece, by-refs of the most references, and more operations than a part.
TEST_F(BatchApi, TakesLargeOperations) {
  std::string references;
  for (int i = 0; i < 10'000; ++i)
    references += fmt::format("{}\"component:default/{}\"", i == 0 ? "" : ",", i % 2 == 0 ? "web" : "pay");
  const std::string body = "{\"entityRefs\":[" + references + "]}";
  const auto alone = instance.ask("POST", "/api/catalog/entities/by-refs", {}, body);
  ASSERT_EQ(alone.status, 200);
  std::string requests = R"({"method":"POST","path":"/api/catalog/entities/by-refs","body":)" + body + "}";
  for (int i = 0; i < 100; ++i) requests += std::string(",") + web_operation;
  const auto answer = post(requests);
  ASSERT_EQ(answer.status, 200) << answer.body.substr(0, 1'000);
  EXPECT_EQ(json_at(answer, "/responses/0/body"), alone.body);
  EXPECT_EQ(json_at(answer, "/responses/100/body/metadata/name"), "\"web\"");
}

TEST_F(BatchApi, StaysOnOneVersionWhileOthersArePublished) {
  std::string requests = R"({"path":"/api/catalog/entity-facets?facet=spec.type"})";
  for (int i = 0; i < 200; ++i)
    requests += R"(,{"path":"/api/catalog/entity-facets?facet=spec.type"},{"path":"/api/v1/errors?limit=0"})";
  std::jthread publishing([&](const std::stop_token& stop) {
    for (std::uint64_t position = 2; !stop.stop_requested(); ++position) {
      auto documents = query::testing::documents();
      documents[0].spec = fmt::format("\"type\":\"kind-{}\"", position);
      instance.publish(documents, position);
    }
  });
  for (int round = 0; round < 10; ++round) {
    const auto answer = post(requests);
    const std::string version = json_at(answer, "/version");
    const std::string first = json_at(answer, "/responses/0/body");
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    ASSERT_EQ(parser.parse(answer.body).get(root), simdjson::SUCCESS);
    for (const simdjson::dom::element response : root["responses"]) {
      simdjson::dom::element part;
      if (response["body"]["facets"].get(part) == simdjson::SUCCESS)
        EXPECT_EQ(simdjson::minify(response["body"]), first);
      if (response["body"]["version"].get(part) == simdjson::SUCCESS) EXPECT_EQ(simdjson::minify(part), version);
    }
  }
}

TEST_F(BatchApi, CountsItselfAndItsOperations) {
  instance.requests.register_with(instance.registry);
  post(std::string(web_operation) + "," + web_operation);
  const std::string metrics = instance.get("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("{code=\"200\",route=\"POST /api/v1/batch\"} 1"));
  EXPECT_THAT(metrics,
              HasSubstr("{code=\"200\",route=\"GET /api/catalog/entities/by-name/{kind}/{namespace}/{name}\"} 2"));
}

// What the server does with a client that goes: the task ends without an answer, the next one is served.
TEST_F(BatchApi, IsGivenUpWithItsClientAndAtTheEnd) {
  std::string requests = web_operation;
  for (int i = 0; i < 900; ++i) requests += std::string(",") + web_operation;
  const std::string body = "{\"requests\":[" + requests + "]}";
  http::Request request;
  request.method = http::Method::post;
  request.method_name = "POST";
  request.target = request.path = "/api/v1/batch";
  request.body = body;
  for (int round = 0; round < 20; ++round) {
    http::Output out;
    http::Response response(request, out, &instance.mailbox);
    instance.handler->handle(request, response);
    ASSERT_TRUE(response.deferred());
    response.take_deferral()->cancelled = true;
  }
  EXPECT_EQ(post(web_operation).status, 200);
  http::Output out;
  http::Response response(request, out, &instance.mailbox);
  instance.handler->handle(request, response);
  const auto deferral = response.take_deferral();
  instance.background->stop();
  testing::Instance::wait_for(*deferral);  // answered, or let go of: never forgotten
}

TEST_F(BatchApi, RefusesMoreThanTheQueueHolds) {
  instance.background = std::make_unique<Background>(instance.context, 0, 1);
  instance.context.background = instance.background.get();
  const std::string body = "{\"requests\":[]}";
  http::Request request;
  request.method = http::Method::post;
  request.method_name = "POST";
  request.target = request.path = "/api/v1/batch";
  request.body = body;
  std::vector<std::shared_ptr<http::Deferral>> waiting;
  for (std::size_t i = 0; i < instance.context.load.tasks; ++i) {
    http::Output out;
    http::Response response(request, out, &instance.mailbox);
    instance.handler->handle(request, response);
    ASSERT_TRUE(response.deferred());
    waiting.push_back(response.take_deferral());
  }
  EXPECT_EQ(post(web_operation).status, 503);
  EXPECT_EQ(post(web_operation).header("retry-after"), "2");
  EXPECT_EQ(instance.get("/api/v1/cycles").status, 503);
  EXPECT_EQ(instance.get("/api/v1/graph/component/default/web").status, 200);
}

}  // namespace
}  // namespace aureacore::api
