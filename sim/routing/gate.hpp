// The gate's decision for one token: scores from logits, group-limited top-k, combine weights. Pure; the
// logits come from a strategy.
//
// Source: DeepSeek-V3 technical report, eq. 13-16 (sigmoid, group score = sum of the two best), DeepSeek-V2,
// section 2.1.2 (softmax, group score = the best). Without groups it is the usual top-k of Switch and
// Mixtral.
#pragma once

#include <cstdint>
#include <span>

#include "sim/scenario.hpp"

namespace epsim {

/// Logits in, gate scores out, in place: softmax over the experts, or each expert's sigmoid. One row per
/// token. Precondition: the number of values is a multiple of 4 (see gate.cpp).
void apply_gate(GateKind gate, Matrix<float>& logits);

/// The top_k experts by score (any finite numbers), best first, ties to the lower expert id, from the
/// kept_groups best of expert_groups equal groups of consecutive experts (ties to the lower group).
/// Preconditions: top_k == chosen.size(); the kept groups hold at least top_k experts.
void select_experts(std::span<const float> scores, const ExpertParallel& gate,
                    std::span<std::int32_t> chosen);

/// weight[i] = score of chosen[i] / sum over the chosen: sums to 1. Preconditions: scores are positive.
void combine_weights(std::span<const float> scores, std::span<const std::int32_t> chosen,
                     std::span<float> weight);

/// The sum, in an order that depends on the size alone.
[[nodiscard]] float sum_of(std::span<const float> values);

}  // namespace epsim
