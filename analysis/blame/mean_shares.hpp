// How far devices compute longer than others.
#pragma once

#include <array>
#include <vector>

#include "platforms/indexing.hpp"
#include "sim/routed_step.hpp"
#include "sim/schedule/schedule.hpp"

namespace epsim {

/// Of what a device computes in a phase (gate or experts), the share that is not above the mean over the
/// group's devices: 1 for those below it.
class MeanShares {
 public:
  MeanShares(const Cluster& cluster, const Schedule& schedule);
  [[nodiscard]] double of(Phase phase, DeviceId device) const { return shares_[at(phase)][at(device)]; }

 private:
  std::array<std::vector<double>, phase_count> shares_;
};

}  // namespace epsim
