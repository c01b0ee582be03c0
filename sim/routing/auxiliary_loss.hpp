// The gradient of the Switch auxiliary loss (Fedus et al. 2022, eq. 4-6), by which a gate learns to balance.
#pragma once

#include <span>
#include <vector>

#include "sim/routing/ranking.hpp"

namespace epsim {

/// dL / db_j of L = weight * E * sum_i f_i P_i, b_j a bias added to expert j's logit. `shares` is f: counts,
/// and so constants, as in training. With p a token's normalised scores, c = sum_i f_i p_i and <> the mean
/// over tokens, it is weight * E * <p_j (f_j - c)> for a softmax; a sigmoid's scores s bring a factor (1 -
/// s_j). Per expert. Precondition: the ranking has a gate.
[[nodiscard]] std::vector<double> auxiliary_loss_gradient(const Ranking& ranking, GateKind gate,
                                                          std::span<const double> shares, double weight);

}  // namespace epsim
