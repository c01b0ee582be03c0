// Routing a step: a strategy (sim/routing) ranks the experts for every token, load balancing (sim/balancing)
// decides what is assigned. Pure: what a step carries to the next goes in and comes out as RouterState, and
// the seed is in the scenario.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/routing/router_state.hpp"
#include "sim/routing/token_routing.hpp"
#include "sim/scenario.hpp"

namespace epsim {

/// Loads and what the router reports about itself. Loads count delivered selections. The ledger closes: made
/// = delivered + dropped, for every expert and for every source rank.
struct RoutingReport {
  std::vector<std::int64_t> expert_loads;  ///< per expert
  std::int64_t selections = 0;             ///< made, before dropping
  std::int64_t dropped_selections = 0;
  std::int64_t uncovered_tokens = 0;     ///< tokens without any delivered selection
  std::optional<double> auxiliary_loss;  ///< Switch: weight * E * sum f_i P_i; empty where there is no gate
  /// Largest per (source device, expert); with expert choice an expert's over all devices; empty when nothing
  /// is limited.
  std::optional<std::int64_t> capacity;
  std::vector<std::int64_t> expert_selections = {};  ///< per expert: made, before dropping
  std::vector<std::int64_t> source_selections = {};  ///< per rank: made by its tokens
  std::vector<std::int64_t> source_dropped = {};     ///< per rank: of these, dropped
};

struct RoutedTokens {
  TokenRouting routing;
  RoutingReport report;
  RouterState next;
};

/// Routes the tokens of step state.step. Same scenario and state: same result, on every machine.
[[nodiscard]] RoutedTokens route(const Scenario& scenario, const RouterState& state);

}  // namespace epsim
