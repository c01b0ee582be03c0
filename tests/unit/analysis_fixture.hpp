// One tiny experiment with round numbers, put together by hand: no routing, no pattern, no engine.
#pragma once

#include "analysis/experiment_result.hpp"

namespace epsim {

/// Two nodes of two devices, nodes {d0, d1} and {d2, d3}, rails d0-d2 and d1-d3. Scale-up 100 B/s and 0.25 s
/// per link; NICs 10 B/s and 0.5 s per link; one spine.
[[nodiscard]] Cluster slow_cluster();

/// One expert per rank, random top-2 routing without a gate; dispatch 10 and combine 20 bytes per copy.
[[nodiscard]] Scenario slow_scenario();

/// Tokens -> experts: rank 0: {1, 2}, {2, 3}; rank 1: {1, dropped}; rank 2: none; rank 3: {0, 1}.
[[nodiscard]] RoutedStep slow_step(const Cluster& cluster);

/// A layer of 16 s. Gate on d0 until 1 s. Dispatch: d0 -> d1 100 bytes 1.5..3 s, d0 -> d2 40 bytes 1.25..6 s
/// after an overhead 1..1.25 s. Experts: slot 1 on d1 3..5 s, slot 2 on d2 6..7 s. Combine: d1 -> d0 200
/// bytes 5..8 s, d2 -> d0 80 bytes 7..16 s.
[[nodiscard]] Simulation slow_simulation(const Cluster& cluster);

/// {dispatch 2, combine 6, gate 1, expert 2, layer 9} seconds.
[[nodiscard]] LowerBounds slow_bounds();

/// All of the above as point_to_point's only step.
[[nodiscard]] ExperimentResult slow_experiment();

/// Network only: 2 ranks on a star, one transfer of 50 bytes from d0 to d1 at 10 B/s, 0..7 s, under two
/// patterns.
[[nodiscard]] ExperimentResult network_experiment();

/// Changes what a layer took.
void set_layer(ExperimentResult& experiment, std::size_t step, std::size_t pattern, Seconds seconds);
/// Puts copies of the first step before it.
void put_before(ExperimentResult& experiment, std::size_t count);
/// As if the step's network had not run.
void skip_network(ExperimentResult& experiment, std::size_t step);

}  // namespace epsim
