#include "sim/engine/least_duration.hpp"

#include <algorithm>
#include <vector>

namespace epsim {

Seconds least_duration(const LoweredSchedule& lowered, const Routes& routes) {
  const Schedule& schedule = lowered.schedule;
  std::vector<Seconds> links(lowered.link_bandwidth.size(), 0);
  std::vector<Seconds> streams(schedule.streams().size(), 0);
  for (StepId step = 0; step < schedule.size(); ++step) {
    if (schedule.kind(step) == StepKind::computation)
      streams[schedule.stream_of(step)] += schedule.seconds(step);
    if (schedule.kind(step) != StepKind::transfer) continue;
    for (const LinkId link : routes.links_between(schedule.device(step), schedule.peer(step)))
      links[static_cast<std::size_t>(link)] +=
          static_cast<double>(schedule.bytes(step)) / lowered.link_bandwidth[static_cast<std::size_t>(link)];
  }
  Seconds least = 0;
  for (const Seconds one : links) least = std::max(least, one);
  for (const Seconds one : streams) least = std::max(least, one);
  return least;
}

}  // namespace epsim
