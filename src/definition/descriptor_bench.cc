// What one document costs: the YAML alone, and everything up to the rendered definition.
#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include "definition/descriptor.h"

namespace aureacore::definition {
namespace {

// 1.1 KB, as services describe themselves.
constexpr std::string_view document = R"(apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: payment-service
  namespace: default
  title: Payment Service
  description: Takes payments from the checkout and settles them with the banks every night
  labels:
    tier: backend
    example.com/cost-center: cc-1042
  annotations:
    backstage.io/techdocs-ref: dir:.
    github.com/project-slug: acme/payment-service
    pagerduty.com/integration-key: 0123456789abcdef0123456789abcdef
    aureacore.io/criticality: critical
    grafana/dashboard-selector: "tags @> 'payment'"
  tags:
    - java
    - payment
    - pci
  links:
    - url: https://grafana.example.com/d/payment
      title: Dashboard
      icon: dashboard
    - url: https://wiki.example.com/payment/runbook
      title: Runbook
      icon: docs
spec:
  type: service
  lifecycle: production
  owner: group:default/payments
  system: checkout
  providesApis:
    - payment-api
    - settlement-api
  consumesApis:
    - ledger-api
    - customer-api
  dependsOn:
    - resource:default/payment-db
    - component:default/ledger
    - resource:default/payment-queue
)";

class NoFiles : public Files {
 public:
  base::Result<std::string> read(std::string_view path) override {
    return base::fail(base::Code::not_found, "no file {}", path);
  }
};

FileContext context() {
  return {.file = entity::SourceFilePtr(new entity::SourceFile("platform", "services/payment/catalog-info.yaml")),
          .origin = "services/payment/catalog-info.yaml",
          .links = make_links("https://github.com/acme/catalog.git", "main"),
          .limits = {}};
}

std::string repeat(std::int64_t documents) {
  std::string text;
  for (std::int64_t i = 0; i < documents; ++i) {
    text += "---\n";
    text += document;
  }
  return text;
}

void parse_one_document(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(parse_yaml(document));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(document.size()));
}
BENCHMARK(parse_one_document);

void read_documents(benchmark::State& state) {
  const FileContext file = context();
  const std::string text = repeat(state.range(0));
  NoFiles files;
  for (auto _ : state) benchmark::DoNotOptimize(read_descriptor(file, text, files));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(read_documents)->Arg(1)->Arg(100);

}  // namespace
}  // namespace aureacore::definition
