#include "sim/routing/popularity.hpp"

#include <cmath>
#include <numeric>

#include "platforms/indexing.hpp"
#include "sim/random.hpp"
#include "sim/routing/learned_gate.hpp"

namespace epsim {
namespace {

/// Beside the streams of learned_gate.cpp.
constexpr std::uint64_t popularity_stream = 100;

double power_law(double alpha, double most, double u) {
  const double exponent = 1 - alpha;
  const double log_most = portable_log(most);
  if (std::abs(exponent) < 1e-9) return portable_exp(u * log_most);
  const double end = portable_exp(exponent * log_most);
  return portable_exp(portable_log((end - 1) * u + 1) / exponent);
}

std::vector<int> hot_experts(const Popularity& popularity, int num_experts, SplitMix64& random) {
  if (!popularity.hot_list.empty()) return popularity.hot_list;
  std::vector<int> experts(at(num_experts));
  std::iota(experts.begin(), experts.end(), 0);
  for (int i = 0; i < popularity.hot_experts; ++i) {
    const auto rest = static_cast<std::uint32_t>(num_experts - i);
    std::swap(experts[at(i)], experts[at(i) + uniform_below(random(), rest)]);
  }
  experts.resize(at(popularity.hot_experts));
  return experts;
}

}  // namespace

std::vector<double> relative_loads(const Workload& workload, int num_experts) {
  const Popularity& popularity = workload.popularity;
  SplitMix64 random(mix_seed({workload.seed, popularity_stream}));
  std::vector<double> loads(at(num_experts));
  if (popularity.kind == PopularityKind::power_law) {
    constexpr double most_of_tokens = 0.8;
    const std::vector<int>& tokens = workload.tokens_per_device;
    const double most = std::max(1.0, most_of_tokens * std::accumulate(tokens.begin(), tokens.end(), 0.0));
    for (double& load : loads) load = power_law(popularity.alpha, most, uniform(random()));
    return loads;
  }
  const std::vector<int> hot = hot_experts(popularity, num_experts, random);
  const double count = static_cast<double>(hot.size());
  loads.assign(loads.size(), (1 - popularity.hot_share) / (num_experts - count));
  for (const int expert : hot) loads[at(expert)] = popularity.hot_share / count;
  return loads;
}

void draw_popularity(Workload& workload, int num_experts) {
  if (workload.popularity.kind == PopularityKind::log_normal) return;
  std::vector<double> logs = relative_loads(workload, num_experts);
  for (double& load : logs) load = portable_log(load);
  workload.skew = standardise(logs);
  workload.log_popularity = std::move(logs);
}

}  // namespace epsim
