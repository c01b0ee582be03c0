#include "sim/routing/ranking.hpp"

#include <algorithm>

#include "platforms/indexing.hpp"
#include "sim/routing/gate.hpp"

namespace epsim {

ScoreChooser::ScoreChooser(const ExpertParallel& rule, const Ranking& ranking, std::span<const float> bias,
                           const Choices& choices)
    : rule_(rule),
      has_gate_(ranking.has_gate()),
      weighs_by_score_(ranking.weighs_by_score()),
      bias_(bias),
      choices_(choices),
      biased_(bias.size()) {}

std::span<const std::int32_t> ScoreChooser::operator()(std::int64_t token, std::span<const float> scores) {
  const auto top_k = at(rule_.top_k);
  const std::size_t at = static_cast<std::size_t>(token) * top_k;
  const std::span<std::int32_t> chosen = choices_.expert.subspan(at, top_k);
  const std::span<float> weight = choices_.weight.subspan(at, top_k);
  if (bias_.empty()) {
    select_experts(scores, rule_, chosen);
  } else {
    std::ranges::transform(scores, bias_, biased_.begin(), std::plus());
    select_experts(biased_, rule_, chosen);
  }
  if (weighs_by_score_)
    combine_weights(scores, chosen, weight);
  else
    std::ranges::fill(weight, 1.0F / static_cast<float>(top_k));
  if (has_gate_) add_probabilities(scores, choices_.probability_sum);
  return chosen;
}

void add_probabilities(std::span<const float> scores, std::span<double> sums) {
  const float scale = 1.0F / sum_of(scores);
  for (std::size_t e = 0; e < scores.size(); ++e) sums[e] += static_cast<double>(scores[e] * scale);
}

std::vector<std::int64_t> first_tokens(const Workload& workload) {
  std::vector<std::int64_t> first = {0};
  for (const int tokens : workload.tokens_per_device) first.push_back(first.back() + tokens);
  return first;
}

}  // namespace epsim
