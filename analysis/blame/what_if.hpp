// What a run would have taken with something for free: simulated again, since another path may then be the
// longest.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "analysis/blame/blame.hpp"

namespace epsim {

struct WhatIf {
  Resource resource = Resource::start_up;
  Seconds layer_seconds = 0;
};

struct WhatIfOptions {
  int parallel = 1;                           ///< simulations at a time, each with a schedule of its own
  std::function<void(double)> progress = {};  ///< which part of all simulations has been done
};

/// For each simulation the run without each resource that has at least 1 % of its critical path, and without
/// windows where any held it up (what waits behind a full window is not on the path), the largest first:
/// costs and latencies of zero, windows without limit, links or SMs a million times as fast, computation of
/// zero, or (balance) no device that computes longer in a phase than the mean. On the fluid engine, which
/// agrees with SimGrid and is quicker, as exactly as the simulation was.
[[nodiscard]] std::vector<std::vector<WhatIf>> what_if(const Cluster& cluster,
                                                       std::span<const Simulation> simulations,
                                                       std::span<const Blame> blames,
                                                       const WhatIfOptions& options);

}  // namespace epsim
