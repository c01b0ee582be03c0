// The names that scenario files use for each choice, for the reader, the writer and `epsim list`.
#pragma once

#include <span>
#include <string_view>

#include "scenarios/reader/json_reader.hpp"
#include "scenarios/reader/trace_reader.hpp"
#include "sim/scenario.hpp"

namespace epsim {

[[nodiscard]] std::span<const Choice<RoutingStrategy>> routing_strategies();
[[nodiscard]] std::span<const Choice<LoadBalancing>> load_balancings();
[[nodiscard]] std::span<const Choice<PatternKind>> communication_patterns();
[[nodiscard]] std::span<const Choice<GateKind>> gates();
[[nodiscard]] std::span<const Choice<GroupScore>> group_scores();
[[nodiscard]] std::span<const Choice<ReplicaChoice>> replica_choices();
[[nodiscard]] std::span<const Choice<TraceFormat>> trace_formats();
[[nodiscard]] std::span<const Choice<DataType>> data_types();
[[nodiscard]] std::span<const Choice<EngineKind>> engines();
/// none and device, the levels of a pattern without gateways.
[[nodiscard]] std::span<const Choice<Deduplication>> pair_deduplications();
/// none, device and node.
[[nodiscard]] std::span<const Choice<Deduplication>> deduplications();
[[nodiscard]] std::span<const Choice<AllToAllOptions::Algorithm>> all_to_all_algorithms();
[[nodiscard]] std::span<const Choice<PointToPointOptions::Granularity>> granularities();

/// Precondition: `value` is among the choices.
template <class E>
[[nodiscard]] std::string_view name_in(std::span<const Choice<E>> choices, E value) {
  for (const auto& one : choices)
    if (one.available && one.value == value) return one.name;
  return {};
}

}  // namespace epsim
