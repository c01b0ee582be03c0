#include <algorithm>
#include <array>

#include "sim/routing/ranking.hpp"

namespace epsim {
namespace {

struct Strategy {
  RoutingStrategy kind;
  std::unique_ptr<Ranking> (*make)(const Scenario&, RouterState&);
};

constexpr std::array<Strategy, 5> strategies = {{
    {RoutingStrategy::learned_gating, make_learned_gating},
    {RoutingStrategy::hash_based, make_hash_based},
    {RoutingStrategy::random, make_random},
    {RoutingStrategy::load_based, make_load_based},
    {RoutingStrategy::similarity_based, make_similarity_based},
}};

}  // namespace

std::unique_ptr<Ranking> make_ranking(const Scenario& scenario, RouterState& state) {
  const RoutingStrategy kind = scenario.expert_parallel.routing_strategy;
  if (kind == RoutingStrategy::learned_gating && scenario.workload.trace.has_tokens())
    return make_recorded(scenario, state);
  return std::ranges::find(strategies, kind, &Strategy::kind)->make(scenario, state);
}

}  // namespace epsim
