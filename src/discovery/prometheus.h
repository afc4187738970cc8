// Targets for Prometheus' HTTP service discovery: one group for each selected entity that names some in its annotation
//
//   aureacore.io/scrape-targets: "10.1.2.3:9100, 10.1.2.4:9100"      commas or white space between them
//   aureacore.io/scrape-path: /internal/metrics                      label __metrics_path__
//   aureacore.io/scrape-scheme: https                                label __scheme__
//
// Labels: entity, owner, system and lifecycle stay on what is scraped; everything is there for relabelling, too, as
// __meta_aureacore_<what>. Targets are passed on as they are written: it is for Prometheus to refuse one, which it does
// without harm to the others. Pure; any thread.
#pragma once

#include <string>

#include "base/result.h"
#include "catalog/snapshot.h"
#include "discovery/limits.h"

namespace aureacore::discovery {

// The body, in order of reference. Error: too_large.
base::Result<std::string> prometheus_targets(const catalog::Snapshot& snapshot, const catalog::Selection& selection,
                                             std::size_t max_bytes = max_document_bytes);

}  // namespace aureacore::discovery
