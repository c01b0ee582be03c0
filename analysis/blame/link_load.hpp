// How full chosen links were in stretches of time.
#pragma once

#include <utility>
#include <vector>

#include "sim/simulate.hpp"

namespace epsim {

/// What a link carried between two times. Every transfer's load counts evenly
/// from when its bytes reach the network (issue + latency) to its end, since a timeline does not know rates.
struct LoadQuery {
  LinkId link = 0;
  Seconds begin = 0;
  Seconds end = 0;
};

struct LinkLoad {
  double used = 0;   ///< share of the bandwidth that the transport achieves
  double flows = 0;  ///< transfers at once, on average
};

/// The answers, in order. Time: transfers x links of a route, and a sort of those on the links asked for.
[[nodiscard]] std::vector<LinkLoad> link_loads(const Simulation& simulation,
                                               const std::vector<LoadQuery>& queries);

}  // namespace epsim
