#include "sim/balancing/balancing.hpp"

namespace epsim {

Assignment round_robin(const Scenario& scenario, const Ranking& ranking) {
  const ExpertParallel& ep = scenario.expert_parallel;
  Assignment assignment{choose_all(scenario, ranking, {}), {}, {}};
  const std::int64_t devices = ep.expert_parallel_size;
  const std::int64_t experts_per_device = ep.num_experts / devices;
  std::int64_t turn = 0;
  for (std::int32_t& expert : assignment.routing.expert) {
    expert =
        static_cast<std::int32_t>(turn % devices * experts_per_device + turn / devices % experts_per_device);
    ++turn;
  }
  assignment.wanted = count_experts(assignment.routing);
  if (ep.pad_to_capacity) assignment.capacity = pad_to_largest(assignment.routing);
  return assignment;
}

}  // namespace epsim
