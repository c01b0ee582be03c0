#include "sim/balancing/balancing.hpp"

#include <array>
#include <string>

#include "platforms/error.hpp"

namespace epsim {

namespace {

struct Entry {
  LoadBalancing name;
  Assignment (*balance)(const Scenario&, const Ranking&);  // null: not available yet
};

constexpr std::array<Entry, 5> balancings{{
    {LoadBalancing::token_choice_based, token_choice},
    {LoadBalancing::expert_choice_based, nullptr},
    {LoadBalancing::dynamic, nullptr},
    {LoadBalancing::round_robin, nullptr},
    {LoadBalancing::load_aware, nullptr},
}};

}  // namespace

Assignment balance(const Scenario& scenario, const Ranking& ranking) {
  std::string available;
  for (const Entry& entry : balancings) {
    if (entry.balance == nullptr) continue;
    if (entry.name == scenario.expert_parallel.load_balancing) return entry.balance(scenario, ranking);
    available += (available.empty() ? "" : ", ") + std::string(name_of(entry.name));
  }
  throw input_error("/expert_parallel/load_balancing",
                    std::string(name_of(scenario.expert_parallel.load_balancing)) + " is not available yet",
                    "choose one of " + available);
}

}  // namespace epsim
