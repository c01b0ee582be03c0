#include "sim/experiment_size.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include "sim/routing/recorded.hpp"

namespace epsim {

namespace {

double pairs_with_bytes(const Matrix<Bytes>& bytes) {
  double pairs = 0;
  for (int source = 0; source < bytes.rows(); ++source)
    for (int destination = 0; destination < bytes.columns(); ++destination)
      if (source != destination && bytes(source, destination) > 0) ++pairs;
  return pairs;
}

}  // namespace

ExperimentSize size_of(const Scenario& scenario) {
  ExperimentSize sizes;
  sizes.ranks = scenario.ranks();
  sizes.pairs =
      scenario.direct_traffic ? pairs_with_bytes(*scenario.direct_traffic) : sizes.ranks * (sizes.ranks - 1);
  sizes.ranks_per_node = sizes.ranks;
  if (const auto* fabric = std::get_if<RailOptimizedSpec>(&scenario.platform.fabric)) {
    sizes.ranks_per_node = std::min<double>(sizes.ranks, fabric->devices_per_node);
    sizes.nodes = std::max(1.0, sizes.ranks / sizes.ranks_per_node);
  }
  if (scenario.direct_traffic) return sizes;
  double tokens = 0;
  for (int step = 0; step < (scenario.workload.trace.has_tokens() ? scenario.workload.steps : 1); ++step) {
    const std::vector<int>& of_step = tokens_of_step(scenario, step);
    tokens = std::max(tokens, std::accumulate(of_step.begin(), of_step.end(), 0.0));
  }
  sizes.slots = scenario.expert_parallel.experts_per_device;
  sizes.selections = tokens * scenario.expert_parallel.top_k;
  sizes.exchanges = 2;
  return sizes;
}

PatternSize size_of(const PatternOptions& options, PatternKind kind, const ExperimentSize& sizes) {
  const double pairs = sizes.pairs;
  switch (kind) {
    case PatternKind::all_to_all: {
      const bool has_rounds = options.all_to_all.algorithm == AllToAllOptions::Algorithm::pairwise;
      return {pairs, pairs, has_rounds ? 1 : options.all_to_all.window};
    }
    case PatternKind::point_to_point: {
      const bool by_expert = options.point_to_point.granularity == PointToPointOptions::Granularity::expert;
      const bool is_routed = sizes.selections > 0;
      return {by_expert && is_routed ? std::min(pairs * sizes.slots, sizes.selections) : pairs, pairs,
              options.point_to_point.window};
    }
    case PatternKind::hierarchical: {
      const double other_nodes = sizes.nodes - 1;
      const double neighbours = sizes.ranks_per_node - 1;
      // Each chunk goes to the other nodes and is forwarded to the neighbours; local data goes directly.
      const double forwards = other_nodes > 0 ? neighbours : 0;
      return {sizes.ranks * (options.hierarchical.chunks * (other_nodes + forwards) + neighbours),
              sizes.ranks * (other_nodes + neighbours), options.hierarchical.window};
    }
    case PatternKind::ring:
      // A block goes from neighbour to neighbour; bidirectional halves the longest distance.
      return {sizes.ranks * sizes.ranks, 2 * sizes.ranks, 1};
  }
  return {};
}

namespace {

double total_bytes(const Matrix<Bytes>& bytes) {
  double sum = 0;
  for (int source = 0; source < bytes.rows(); ++source)
    for (const Bytes one : bytes.row(source)) sum += static_cast<double>(one);
  return sum;
}

/// Between all pairs: where some are missing, devices have more to send or to receive than others, and flows
/// end one by one.
bool has_equal_sizes(const Scenario& scenario) {
  if (!scenario.direct_traffic) return false;
  const Matrix<Bytes>& bytes = *scenario.direct_traffic;
  std::optional<Bytes> first;
  for (int source = 0; source < bytes.rows(); ++source)
    for (int destination = 0; destination < bytes.columns(); ++destination) {
      const Bytes one = bytes(source, destination);
      if (source == destination) continue;
      if (one != first.value_or(one)) return false;
      first = one;
    }
  return true;
}

/// A ring's flows share no link with others, hierarchical's only those of their rail or node.
double connected_devices(PatternKind kind, const PatternSize& pattern, const ExperimentSize& sizes) {
  if (pattern.window == 1) return 1;
  return kind == PatternKind::hierarchical && sizes.nodes > 1 ? std::max(sizes.nodes, sizes.ranks_per_node)
                                                              : sizes.ranks;
}

/// How many of a rank's transfers are under way while it sends them, with nothing but the sender's time per
/// message between them.
double sent_at_once(const Scenario& scenario, double sent, const ExperimentSize& sizes) {
  const Seconds overhead = scenario.transport.message_overhead;
  if (overhead == 0 || sent == 0) return sent / 2;  // they end one by one
  const auto* fabric = std::get_if<RailOptimizedSpec>(&scenario.platform.fabric);
  const double bandwidth = fabric ? sizes.nodes > 1 ? fabric->nic_bandwidth : fabric->scale_up_bandwidth
                                  : std::get<StarSpec>(scenario.platform.fabric).bandwidth;
  const double copies = sizes.selections / std::max(1.0, sizes.ranks);
  const double bytes = scenario.direct_traffic
                           ? total_bytes(*scenario.direct_traffic) / sizes.ranks
                           : copies * static_cast<double>(std::max(scenario.payload.dispatch_bytes_per_copy,
                                                                   scenario.payload.combine_bytes_per_copy));
  return std::clamp(bytes / bandwidth / overhead / 2, 1.0, std::max(1.0, sent / 2));
}

}  // namespace

EngineLoad engine_load(const Scenario& scenario, PatternKind kind) {
  const ExperimentSize sizes = size_of(scenario);
  const PatternSize pattern = size_of(scenario.patterns, kind, sizes);
  const double streams = sizes.nodes > 1 ? 2 : 1;  // per rank: scale-up and scale-out
  EngineLoad load;
  const bool has_overheads = scenario.transport.message_overhead > 0;
  load.transfers = pattern.steps * sizes.exchanges;
  load.steps = load.transfers * (has_overheads ? 2 : 1) + sizes.ranks * sizes.slots;
  load.in_flight =
      pattern.window > 0 ? std::min(pattern.steps, sizes.ranks * streams * pattern.window) : pattern.steps;
  const double sent = pattern.steps / std::max(1.0, sizes.ranks);
  load.per_link =
      pattern.window > 0 ? std::min<double>(pattern.window, sent) : sent_at_once(scenario, sent, sizes);
  // Measured: under a router's skew few links are full, and changes reach less than half as far.
  load.connected = connected_devices(kind, pattern, sizes) * (scenario.direct_traffic ? 1 : 0.4);
  load.routes = pattern.routes;
  load.all_at_once = pattern.window == 0;
  load.starts_at_once = load.all_at_once && scenario.direct_traffic && !has_overheads;
  load.equal_sizes = has_equal_sizes(scenario);
  return load;
}

}  // namespace epsim
