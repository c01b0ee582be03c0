#include "analysis/experiment_size.hpp"

#include <algorithm>
#include <numeric>

namespace epsim {

ExperimentSize size_of(const Scenario& scenario) {
  ExperimentSize sizes;
  sizes.ranks = scenario.ranks();
  sizes.ranks_per_node = sizes.ranks;
  if (const auto* fabric = std::get_if<RailOptimizedSpec>(&scenario.platform.fabric)) {
    sizes.ranks_per_node = std::min<double>(sizes.ranks, fabric->devices_per_node);
    sizes.nodes = std::max(1.0, sizes.ranks / sizes.ranks_per_node);
  }
  if (scenario.direct_traffic) return sizes;
  const std::vector<int>& tokens = scenario.workload.tokens_per_device;
  sizes.slots = scenario.expert_parallel.experts_per_device;
  sizes.selections = std::accumulate(tokens.begin(), tokens.end(), 0.0) * scenario.expert_parallel.top_k;
  sizes.exchanges = 2;
  return sizes;
}

PatternSize size_of(const PatternOptions& options, PatternKind kind, const ExperimentSize& sizes) {
  const double pairs = sizes.ranks * (sizes.ranks - 1);
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
      return {pairs + sizes.ranks, 2 * sizes.ranks, 1};  // bidirectional halves the longest distance
  }
  return {};
}

double in_flight(const PatternSize& pattern, const ExperimentSize& sizes) {
  constexpr double streams = 2;  // per rank: scale-up and scale-out
  return pattern.window > 0 ? std::min(pattern.steps, sizes.ranks * streams * pattern.window) : pattern.steps;
}

}  // namespace epsim
