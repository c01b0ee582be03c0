#include "analysis/memory_estimate.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <numeric>

#include "platforms/error.hpp"

namespace epsim {
namespace {

// Measured on 64-bit Linux: a step's columns, dependencies and payload, before and after lowering, and its
// place in the engine; its three times; a route with its links; the same route in SimGrid; a transfer in
// flight there.
constexpr double bytes_per_step = 270;
constexpr double bytes_per_step_timeline = 24;
constexpr double bytes_per_route = 56;
constexpr double bytes_per_engine_route = 250;
constexpr double bytes_per_transfer_in_flight = 1700;

/// The sizes that everything follows from, as doubles.
struct Sizes {
  double ranks = 0;
  double nodes = 1;
  double ranks_per_node = 0;
  double slots = 0;       ///< per rank
  double selections = 0;  ///< of all tokens
  double exchanges = 1;
};

Sizes sizes_of(const Scenario& scenario) {
  Sizes sizes;
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

struct PatternSizes {
  double steps = 0;   ///< of one exchange
  double routes = 0;  ///< device pairs
  int window = 0;     ///< transfers in flight per stream; 0: no limit
};

PatternSizes pattern_sizes(const PatternOptions& options, PatternKind kind, const Sizes& sizes) {
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

double engine_bytes(const PatternSizes& pattern, const Sizes& sizes) {
  constexpr double streams = 2;  // per rank: scale-up and scale-out
  const double in_flight =
      pattern.window > 0 ? std::min(pattern.steps, sizes.ranks * streams * pattern.window) : pattern.steps;
  return pattern.routes * bytes_per_engine_route + in_flight * bytes_per_transfer_in_flight;
}

}  // namespace

MemoryEstimate estimate_memory(const Scenario& scenario, std::span<const PatternKind> patterns,
                               int parallel) {
  const Sizes sizes = sizes_of(scenario);
  MemoryEstimate estimate;
  constexpr double bytes_per_selection = 12;  // expert, weight and slot
  constexpr double matrices = 4;              // of 8 bytes an element: traffic at its levels
  estimate.routing = sizes.selections * bytes_per_selection +
                     matrices * 8 * sizes.ranks * (sizes.ranks + sizes.ranks * sizes.slots);
  const double overheads = scenario.transport.message_overhead > 0 ? 2 : 1;
  double largest_engine = 0;
  for (const PatternKind kind : patterns) {
    const PatternSizes pattern = pattern_sizes(scenario.patterns, kind, sizes);
    const double steps = pattern.steps * sizes.exchanges * overheads + sizes.ranks * sizes.slots;
    estimate.schedules +=
        steps * (bytes_per_step + bytes_per_step_timeline) + pattern.routes * bytes_per_route;
    largest_engine = std::max(largest_engine, engine_bytes(pattern, sizes));
  }
  const int at_a_time = std::min(std::max(parallel, 1), static_cast<int>(patterns.size()));
  estimate.engine = largest_engine * at_a_time;
  return estimate;
}

double physical_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  const double physical = pages > 0 && page > 0 ? static_cast<double>(pages) * static_cast<double>(page) : 0;
  std::ifstream limit("/sys/fs/cgroup/memory.max");  // a container's; "max" where there is none
  double allowed = 0;
  return limit >> allowed && allowed < physical ? allowed : physical;
}

void check_memory(const MemoryEstimate& estimate, double available) {
  if (available <= 0 || estimate.total() <= available) return;
  throw input_error(
      "",
      fmt::format(
          "this needs about {} of memory (routing {}, schedules {}, engine {}) and the machine has {}",
          format_bytes(estimate.total()), format_bytes(estimate.routing), format_bytes(estimate.schedules),
          format_bytes(estimate.engine), format_bytes(available)),
      "reduce the number of devices, tokens_per_device or chunks, name fewer --patterns, or lower --jobs");
}

}  // namespace epsim
