// The words that names and sentences of generated catalogs are made of.
#pragma once

#include <array>

namespace aureacore::generate {

inline constexpr std::array<const char*, 32> subjects = {
    "account",  "address",  "basket",   "booking",  "campaign", "checkout", "claim",     "contract",
    "customer", "delivery", "discount", "document", "fleet",    "fraud",    "inventory", "invoice",
    "ledger",   "loyalty",  "notice",   "order",    "partner",  "payment",  "policy",    "price",
    "product",  "profile",  "refund",   "return",   "route",    "search",   "shipment",  "stock"};

inline constexpr std::array<const char*, 16> doers = {"gateway", "service", "worker", "importer", "router",  "planner",
                                                      "store",   "bridge",  "engine", "console",  "monitor", "exporter",
                                                      "queue",   "relay",   "broker", "keeper"};

inline constexpr std::array<const char*, 8> languages = {"go",   "java",       "kotlin", "python",
                                                         "rust", "typescript", "cpp",    "csharp"};
inline constexpr std::array<const char*, 8> regions = {"north",  "south",   "east",    "west",
                                                       "alpine", "coastal", "central", "overseas"};
inline constexpr std::array<const char*, 6> component_types = {"service",   "website",    "library",
                                                               "batch-job", "mobile-app", "function"};
inline constexpr std::array<const char*, 6> resource_types = {"database", "cache",        "bucket",
                                                              "queue",    "search-index", "secret"};
inline constexpr std::array<const char*, 3> lifecycles = {"production", "experimental", "deprecated"};
inline constexpr std::array<const char*, 4> criticalities = {"critical", "high", "normal", "low"};
inline constexpr std::array<const char*, 12> tags = {"backend",  "batch",    "customer-facing", "events",
                                                     "gitops",   "internal", "legacy",          "mobile",
                                                     "payments", "pci",      "personal-data",   "reporting"};
inline constexpr std::array<const char*, 16> given_names = {"ada",   "bao",  "carla", "deniz", "emil", "fatou",
                                                            "goran", "hana", "ivan",  "jonas", "kofi", "lena",
                                                            "mira",  "nils", "olga",  "priya"};
inline constexpr std::array<const char*, 16> family_names = {
    "adler",  "berg",   "costa",  "diaz",  "eriksen", "fischer", "garcia", "hansen",
    "ivanov", "jensen", "keller", "lopez", "moreau",  "novak",   "okafor", "petrov"};

}  // namespace aureacore::generate
