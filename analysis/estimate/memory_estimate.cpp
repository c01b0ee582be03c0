#include "analysis/estimate/memory_estimate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "platforms/error.hpp"
#include "sim/choose_engine.hpp"
#include "sim/experiment_size.hpp"

namespace epsim {
namespace {

// Measured on 64-bit Linux: an operation's columns, dependencies and payload, before and after lowering, and
// its place in the engine; its times and what released it; a route with its links. The engine's own part is
// engine_bytes().
constexpr double bytes_per_op = 271;
constexpr double bytes_per_op_timeline = 29;
constexpr double bytes_per_route = 56;

double routing_bytes(const ExperimentSize& sizes) {
  constexpr double bytes_per_selection = 12;  // expert, weight and slot
  constexpr double matrices = 4;              // of 8 bytes an element: traffic at its levels
  return sizes.selections * bytes_per_selection +
         matrices * 8 * sizes.ranks * (sizes.ranks + sizes.ranks * sizes.slots);
}

}  // namespace

MemoryEstimate estimate_memory(const Scenario& scenario, std::span<const PatternKind> patterns,
                               int parallel) {
  MemoryEstimate estimate;
  estimate.routing = routing_bytes(size_of(scenario));
  const EngineKind engine = choose_engine(scenario);
  double largest_engine = 0;
  for (const PatternKind kind : patterns) {
    const EngineLoad load = engine_load(scenario, kind);
    estimate.schedules += load.ops * (bytes_per_op + bytes_per_op_timeline) + load.routes * bytes_per_route;
    largest_engine = std::max(largest_engine, engine_bytes(engine, load));
  }
  const bool compares_placements =
      !scenario.direct_traffic && scenario.expert_parallel.load_balancing == LoadBalancing::dynamic;
  if (compares_placements) estimate.schedules *= 2;
  const int at_a_time = std::min(std::max(parallel, 1), static_cast<int>(patterns.size()));
  estimate.engine = largest_engine * at_a_time;
  return estimate;
}

MemoryEstimate estimate_memory_unsimulated(const Scenario& scenario, std::span<const PatternKind> patterns) {
  MemoryEstimate estimate;
  estimate.routing = routing_bytes(size_of(scenario));
  for (const PatternKind kind : patterns) {
    const EngineLoad load = engine_load(scenario, kind);
    estimate.schedules =
        std::max(estimate.schedules, load.ops * bytes_per_op + load.routes * bytes_per_route);
  }
  return estimate;
}

void check_memory(const MemoryEstimate& estimate, double available) {
  if (available <= 0 || estimate.total() <= available) return;
  throw input_error(
      "",
      fmt::format(
          "this needs about {} of memory (routing {}, schedules {}, engine {}) and the machine has {}",
          format_bytes(estimate.total()), format_bytes(estimate.routing), format_bytes(estimate.schedules),
          format_bytes(estimate.engine), format_bytes(available)),
      estimate.engine > estimate.total() / 2
          ? "name --engine fluid, which needs far less, or reduce the number of devices or --jobs"
          : "reduce the number of devices, tokens_per_device or chunks, compare fewer patterns, or lower "
            "--jobs");
}

}  // namespace epsim
