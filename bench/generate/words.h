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

inline constexpr std::array<const char*, 12> sentences = {
    "It answers within fifty milliseconds for all but one request in a hundred.",
    "Nightly runs reconcile it with what the finance systems know.",
    "Two regions hold it, and either one can carry the whole load.",
    "Data older than two years goes to cold storage on the first of the month.",
    "Changes reach production behind a flag and are rolled out by region.",
    "The old interface stays up until the last partner has moved.",
    "Its errors page the owning team; slowness only opens a ticket.",
    "It reads from replicas and writes to the primary alone.",
    "What it sends is signed, and what it receives is checked before anything is stored.",
    "A full rebuild from its sources takes about forty minutes.",
    "It was split off the monolith in spring and has its own store since.",
    "Callers are expected to retry with jitter and to give up after three attempts."};

}  // namespace aureacore::generate
