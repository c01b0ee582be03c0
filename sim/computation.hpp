// How long a device computes: the roofline max(FLOP / achieved FLOP/s, weight bytes / achieved bandwidth).
#pragma once

#include <cstdint>

#include "sim/scenario.hpp"

namespace epsim {

/// One expert slot's SwiGLU FFN over `tokens` tokens: 3 matrices, 2 * 3 * hidden * expert_intermediate FLOP
/// per token, weights read once. 0 tokens take no time.
[[nodiscard]] Seconds expert_seconds(const Scenario& scenario, std::int64_t tokens);

/// The gate's matrix product on one device: 2 * hidden * num_experts FLOP per token in BF16, weights read
/// once; similarity_based has the same product with its centroids. 0 tokens, and strategies without such a
/// product, take no time.
[[nodiscard]] Seconds gate_seconds(const Scenario& scenario, std::int64_t tokens);

}  // namespace epsim
