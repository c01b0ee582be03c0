#include "analysis/blame/critical_path.hpp"

#include <algorithm>

namespace epsim {

std::vector<PathStep> critical_path(const Schedule& schedule, const Timeline& timeline) {
  std::vector<PathStep> path;
  if (schedule.size() == 0) return path;
  const auto finished = timeline.finished();
  auto op = static_cast<OpId>(std::ranges::max_element(finished) - finished.begin());
  for (;;) {
    const OpId by = timeline.released_by()[op];
    if (schedule.kind(op) != OpKind::join) {
      PathStep step{op, by == no_op ? 0 : finished[by], finished[op], timeline.release()[op]};
      // Operations of one moment are issued together, at the last one's time.
      const Seconds gap = timeline.started()[op] - step.begin;
      if (gap > 2 * same_moment) step.unexplained = gap;
      path.push_back(step);
    }
    if (by == no_op) break;
    op = by;
  }
  std::ranges::reverse(path);
  return path;
}

}  // namespace epsim
