// What holds for the releases and the blame of any run. For use inside a property.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/blame/blame.hpp"
#include "tests/support/property.hpp"

namespace epsim {

/// Nothing starts but when what it is said to have waited for has ended; the critical path leads from 0 to
/// the end without a gap, and what its time went on adds up to that.
inline void check_blame(const Cluster& cluster, const Simulation& run) {
  const Timeline& timeline = run.timeline;
  for (OpId op = 0; op < run.lowered.schedule.size(); ++op) {
    const OpId by = timeline.released_by()[op];
    RC_ASSERT((by == no_op) == (timeline.release()[op] == Release::start));
    const Seconds released = by == no_op ? 0 : timeline.finished()[by];
    RC_ASSERT(std::abs(timeline.started()[op] - released) <= 2 * same_moment);
    if (timeline.release()[op] != Release::dependency) continue;
    const auto after = run.lowered.schedule.after(op);
    RC_ASSERT(std::ranges::find(after, by) != after.end());
  }
  const Blame blamed = blame(cluster, run);
  Seconds reached = 0;
  for (const BlamedStep& one : blamed.path) {
    RC_ASSERT(one.step.begin == reached);
    for (const Seconds seconds : one.seconds) RC_ASSERT(seconds >= 0);
    reached = one.step.end;
  }
  RC_ASSERT(reached == timeline.end());
  const Seconds whole = std::accumulate(blamed.seconds.begin(), blamed.seconds.end(), Seconds{0});
  RC_ASSERT(std::abs(whole - timeline.end()) <= 1e-12 * timeline.end());
  RC_ASSERT(blamed.of(Cause::unexplained) == 0);
}

}  // namespace epsim
