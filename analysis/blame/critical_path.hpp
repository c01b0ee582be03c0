// The critical path of a run: from its last end back, each time to what let the operation start. Any of its
// operations that took less time would have ended the run earlier, until another path is the longest.
#pragma once

#include <vector>

#include "sim/simulate.hpp"

namespace epsim {

/// An operation of the path. It follows the one before it without a gap: `begin` is that one's end.
struct PathStep {
  OpId op = 0;
  Seconds begin = 0;
  Seconds end = 0;
  Release release = Release::start;  ///< what let it start: of the step before it
  Seconds unexplained = 0;           ///< between `begin` and its start; 0 unless the engine is wrong
};

/// In the order of time, from 0 to the end of the run; joins are left out, since they take no time. Of
/// several operations that end last, the lowest. Empty for an empty schedule.
[[nodiscard]] std::vector<PathStep> critical_path(const Schedule& schedule, const Timeline& timeline);

}  // namespace epsim
