// Endpoints: one function per route of the table (routes.cc). Each decodes, asks query or sync, and encodes; none keeps
// anything.
#pragma once

#include "api/worker.h"

namespace aureacore::api {

// listing.cc
void get_entities(Call& call);
void get_entities_by_query(Call& call);
void post_entities_by_query(Call& call);
// entity.cc
void get_entity_by_name(Call& call);
void get_entity_by_uid(Call& call);
void get_entity_ancestry(Call& call);
// by_refs.cc
void post_entities_by_refs(Call& call);
// facets.cc
void get_entity_facets(Call& call);
void post_entity_facets(Call& call);
// locations.cc
void get_locations(Call& call);
void get_location(Call& call);
void get_location_by_entity(Call& call);
void post_locations_by_query(Call& call);
// refresh.cc
void post_refresh(Call& call);
// refused.cc
void refuse_entity_write(Call& call);
void refuse_location_write(Call& call);
// validate_entity.cc
void post_validate_entity(Call& call);
// analyze_location.cc
void post_analyze_location(Call& call);
// health.cc
void get_livez(Call& call);
void get_readyz(Call& call);
void get_startupz(Call& call);
void get_metrics(Call& call);
// search.cc
void get_search(Call& call);
// status.cc
void get_status(Call& call);
void get_sources(Call& call);
// release.cc
void post_release(Call& call);
// errors.cc
void get_errors(Call& call);
// conflicts.cc
void get_conflicts(Call& call);
// graph.cc
void get_graph(Call& call);
void get_impact(Call& call);
void get_path(Call& call);
// order.cc
void get_cycles(Call& call);
void get_order(Call& call);
// discovery.cc
void get_prometheus_targets(Call& call);
void get_flux_inputs(Call& call);
void post_argo_parameters(Call& call);
// hook.cc
void post_git_hook(Call& call);
// batch.cc
void post_batch(Call& call);
// watch.cc
void get_watch(Call& call);
// notifications.cc
void get_notifications(Call& call);
// openapi.cc
void get_openapi(Call& call);

}  // namespace aureacore::api
