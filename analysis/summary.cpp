#include "analysis/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "platforms/error.hpp"
#include "platforms/indexing.hpp"

namespace epsim {

/// Joins take no time and may be ready long before anything of their phase can start, so they do not count.
std::array<Seconds, phase_count> phase_seconds(const Schedule& schedule, const Timeline& timeline) {
  std::array<Seconds, phase_count> begin;
  begin.fill(std::numeric_limits<Seconds>::infinity());
  std::array<Seconds, phase_count> end{};
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (schedule.kind(op) == OpKind::join) continue;
    const auto phase = at(schedule.phase(op));
    begin[phase] = std::min(begin[phase], timeline.ready()[op]);
    end[phase] = std::max(end[phase], timeline.finished()[op]);
  }
  std::array<Seconds, phase_count> seconds{};
  for (std::size_t phase = 0; phase < seconds.size(); ++phase)
    seconds[phase] = std::max(0.0, end[phase] - begin[phase]);
  return seconds;
}

namespace {

/// How unequal some loads are. Population figures; all loads zero count as equal.
struct Spread {
  double max_over_mean = 1;
  double coefficient_of_variation = 0;
  double variance = 0;
};

Spread spread_of(const std::vector<std::int64_t>& loads) {
  const auto sum = static_cast<double>(std::accumulate(loads.begin(), loads.end(), std::int64_t{0}));
  if (sum <= 0) return {};
  const double mean = sum / static_cast<double>(loads.size());
  double squares = 0;
  for (const std::int64_t load : loads)
    squares += (static_cast<double>(load) - mean) * (static_cast<double>(load) - mean);
  const double variance = squares / static_cast<double>(loads.size());
  const auto largest = static_cast<double>(*std::max_element(loads.begin(), loads.end()));
  return {largest / mean, std::sqrt(variance) / mean, variance};
}

/// Delivered selections; what pads a block is none.
std::vector<std::int64_t> loads_of_ranks(const RoutedStep& step) {
  std::vector<std::int64_t> loads(static_cast<std::size_t>(step.traffic.ranks()));
  for (const std::int32_t slot : step.slot_of_selection)
    if (slot >= 0) ++loads[at(step.placement.rank_of_slot(slot))];
  return loads;
}

std::array<PhaseSummary, phase_count> summarize_phases(const Topology& topology, const LowerBounds& bounds,
                                                       const Simulation& simulation) {
  const Schedule& schedule = simulation.lowered.schedule;
  const std::array<Seconds, phase_count> seconds = phase_seconds(schedule, simulation.timeline);
  const std::array<Seconds, phase_count> least = {bounds.gate, bounds.dispatch, bounds.expert,
                                                  bounds.combine};
  std::array<PhaseSummary, phase_count> phases;
  for (std::size_t phase = 0; phase < phases.size(); ++phase) {
    phases[phase].seconds = seconds[phase];
    phases[phase].lower_bound_seconds = least[phase];
  }
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (schedule.kind(op) != OpKind::transfer) continue;
    PhaseSummary& phase = phases[at(schedule.phase(op))];
    const bool inside_node = topology.node_of(schedule.device(op)) == topology.node_of(schedule.peer(op));
    phase.bytes += schedule.bytes(op);
    (inside_node ? phase.scale_up_bytes : phase.scale_out_bytes) += schedule.bytes(op);
    ++phase.messages;
  }
  return phases;
}

/// Gate and experts; a transport's overheads belong to communication.
Seconds busiest_computation(const Schedule& schedule, int devices) {
  std::vector<Seconds> sums(static_cast<std::size_t>(devices));
  for (OpId op = 0; op < schedule.size(); ++op) {
    const bool computes = schedule.kind(op) == OpKind::computation &&
                          (schedule.phase(op) == Phase::gate || schedule.phase(op) == Phase::expert);
    if (computes) sums[at(schedule.device(op))] += schedule.seconds(op);
  }
  return sums.empty() ? 0 : *std::max_element(sums.begin(), sums.end());
}

/// A time below its bound is a fault of the engine or of the bound, and no result. Rounding is forgiven.
void check_bound(std::string_view what, Seconds taken, Seconds least, Seconds end) {
  if (taken >= least * (1 - 1e-9) - 10 * simgrid_resolution - 1e-14 * end) return;
  throw internal_error(std::string(what),
                       fmt::format("it took {:.9g} s, below its lower bound of {:.9g} s", taken, least),
                       "the result of this run is wrong");
}

void check_bounds(const LayerSummary& layer) {
  for (std::size_t phase = 0; phase < layer.phases.size(); ++phase)
    check_bound(name_of(static_cast<Phase>(phase)), layer.phases[phase].seconds,
                layer.phases[phase].lower_bound_seconds, layer.layer_seconds);
  check_bound("layer", layer.layer_seconds, layer.lower_bound_seconds, layer.layer_seconds);
}

/// A run that meets its bound may miss it by the rounding of the sums; that is still a whole 1.
double efficiency(const LayerSummary& layer) {
  const PhaseSummary& dispatch = layer.phase(Phase::dispatch);
  const PhaseSummary& combine = layer.phase(Phase::combine);
  const Seconds taken = dispatch.seconds + combine.seconds;
  if (taken <= 0) return 1;
  const double share = (dispatch.lower_bound_seconds + combine.lower_bound_seconds) / taken;
  return std::min(share, 1.0);
}

}  // namespace

std::optional<LoadSummary> summarize_load(const RoutedStep& step) {
  if (!step.routed) return std::nullopt;
  const RoutingReport& report = step.routed->report;
  LoadSummary load;
  load.tokens = step.routed->routing.tokens();
  load.expert_loads = report.expert_loads;
  load.device_loads = loads_of_ranks(step);
  const Spread devices = spread_of(load.device_loads);
  load.max_over_mean = devices.max_over_mean;
  load.coefficient_of_variation = devices.coefficient_of_variation;
  const Spread experts = spread_of(load.expert_loads);
  load.expert_max_over_mean = experts.max_over_mean;
  load.expert_coefficient_of_variation = experts.coefficient_of_variation;
  load.expert_load_variance = experts.variance;
  load.dropped_selections = report.dropped_selections;
  load.uncovered_tokens = report.uncovered_tokens;
  load.auxiliary_loss = report.auxiliary_loss;
  load.capacity = report.capacity;
  load.selections = report.selections;
  load.expert_selections = report.expert_selections;
  load.source_selections = report.source_selections;
  load.source_dropped = report.source_dropped;
  return load;
}

LayerSummary summarize(const Cluster& cluster, const LowerBounds& bounds, const Simulation& simulation) {
  LayerSummary layer;
  layer.layer_seconds = simulation.timeline.end();
  layer.phases = summarize_phases(cluster.topology, bounds, simulation);
  layer.lower_bound_seconds = bounds.layer;
  check_bounds(layer);
  layer.communication_efficiency = efficiency(layer);
  layer.exposed_communication_seconds =
      layer.layer_seconds - busiest_computation(simulation.lowered.schedule, cluster.topology.device_count());
  layer.busiest_cap = busiest_cap(cluster.topology, simulation, layer.layer_seconds);
  layer.links = link_uses(cluster.topology, simulation, layer.layer_seconds);
  for (const LinkUse& use : layer.links)
    if (!layer.busiest_link || use.utilization > layer.busiest_link->utilization) layer.busiest_link = use;
  return layer;
}

}  // namespace epsim
