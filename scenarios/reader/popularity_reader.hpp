// The popularity of experts in a scenario's workload.
#pragma once

#include "scenarios/reader/json_reader.hpp"
#include "sim/scenario.hpp"

namespace epsim {

/// Names of popularities that were measured: log-normal, with that sigma.
struct PopularityPreset {
  std::string_view name;
  double sigma;
};
[[nodiscard]] std::span<const PopularityPreset> popularity_presets();

/// Reads `skew`, or `popularity`: a preset's name, {"kind": "log_normal", "sigma"}, {"kind": "power_law",
/// "alpha"}, or {"kind": "hot", "experts": a number or a list, "share"}. `experts` is null when it is not
/// known because of other problems. Precondition: tokens, seed and drift are read.
void read_popularity(JsonObject& workload, const ExpertParallel* experts, Workload& result);

/// As it would be written; precondition: not log_normal, whose short form is `skew`.
[[nodiscard]] nlohmann::ordered_json popularity_json(const Popularity& popularity);

}  // namespace epsim
