#include "sim/routing/auxiliary_loss.hpp"

#include <algorithm>

#include "sim/routing/gate.hpp"

namespace epsim {

std::vector<double> auxiliary_loss_gradient(const Ranking& ranking, GateKind gate,
                                            std::span<const double> shares, double weight) {
  std::vector<double> gradient(shares.size());
  std::int64_t tokens = 0;
  ranking.for_each_token([&](std::int64_t, std::span<const float> scores) {
    const double scale = 1 / static_cast<double>(sum_of(scores));
    double mean_share = 0;
    for (std::size_t e = 0; e < scores.size(); ++e)
      mean_share += shares[e] * static_cast<double>(scores[e]) * scale;
    for (std::size_t e = 0; e < scores.size(); ++e) {
      const auto score = static_cast<double>(scores[e]);
      const double slope = gate == GateKind::sigmoid ? 1 - score : 1;
      gradient[e] += slope * score * scale * (shares[e] - mean_share);
    }
    ++tokens;
  });
  const double factor =
      weight * static_cast<double>(shares.size()) / static_cast<double>(std::max<std::int64_t>(1, tokens));
  for (double& one : gradient) one *= factor;
  return gradient;
}

}  // namespace epsim
