#include "tests/support/routing.hpp"

#include <numeric>
#include <utility>

namespace epsim {

Scenario scenario_of(RoutingStrategy strategy, int experts, int top_k, std::vector<int> tokens) {
  Scenario scenario;
  scenario.expert_parallel.routing_strategy = strategy;
  scenario.expert_parallel.num_experts = experts;
  scenario.expert_parallel.top_k = top_k;
  scenario.workload.tokens_per_device = std::move(tokens);
  return scenario;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto count = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / count;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / count;
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

}  // namespace epsim
