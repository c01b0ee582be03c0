#include "sim/engine/least_duration.hpp"
#include "platforms/indexing.hpp"

#include <algorithm>
#include <vector>

namespace epsim {

Seconds least_duration(const LoweredSchedule& lowered, const Routes& routes) {
  const Schedule& schedule = lowered.schedule;
  std::vector<Seconds> links(lowered.link_bandwidth.size(), 0);
  std::vector<Seconds> streams(schedule.streams().size(), 0);
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (schedule.kind(op) == OpKind::computation) streams[schedule.stream_of(op)] += schedule.seconds(op);
    if (schedule.kind(op) != OpKind::transfer) continue;
    for (const LinkId link : routes.links_between(schedule.device(op), schedule.peer(op)))
      links[at(link)] += static_cast<double>(lowered.load(op)) / lowered.link_bandwidth[at(link)];
  }
  Seconds least = 0;
  for (const Seconds one : links) least = std::max(least, one);
  for (const Seconds one : streams) least = std::max(least, one);
  return least;
}

}  // namespace epsim
