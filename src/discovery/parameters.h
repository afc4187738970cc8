// Parameters: what GitOps tools fill their templates with, for each selected entity:
//
//   reference kind namespace name uid title type lifecycle owner ownerName system systemName domain domainName
//   repoURL branch directory        strings, "" where there is none: a template that names one never fails
//   labels annotations tags         as in the descriptor
//   entity                          the fields that were asked for, if any
//
// Pure; any thread. In order of reference.
#pragma once

#include <string>

#include "base/result.h"
#include "catalog/snapshot.h"
#include "discovery/limits.h"
#include "query/fields.h"

namespace aureacore::discovery {

// The answer to Argo CD's ApplicationSet controller: {"output":{"parameters":[{…}]}}. Error: too_large.
base::Result<std::string> argo_parameters(const catalog::Snapshot& snapshot, const catalog::Selection& selection,
                                          query::Fields fields, std::size_t max_bytes = max_document_bytes);

// The answer to Flux Operator's ResourceSetInputProvider: {"inputs":[{"id":"<uid>",…}]}. Error: too_large.
base::Result<std::string> flux_inputs(const catalog::Snapshot& snapshot, const catalog::Selection& selection,
                                      query::Fields fields, std::size_t max_bytes = max_flux_bytes);

}  // namespace aureacore::discovery
