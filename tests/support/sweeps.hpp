// Small sweeps for tests.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "scenarios/sweep/sweep.hpp"

namespace epsim {

/// Mixtral on one node with 8 tokens per device: a point takes milliseconds.
[[nodiscard]] nlohmann::json small_base();
/// hash_based routing of small_base under skew-free patterns: 2 bandwidths x 3 token counts.
[[nodiscard]] nlohmann::json small_sweep();
/// Parsed, with its name.
[[nodiscard]] Sweep sweep_of(const nlohmann::json& document);

}  // namespace epsim
