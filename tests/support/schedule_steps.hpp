// A schedule's steps as values, so that a test can take one apart, break it and put it together again.
#pragma once

#include <vector>

#include "sim/schedule/schedule.hpp"

namespace epsim {

struct Step {
  StepKind kind = StepKind::join;
  PartId part = 0;
  StreamId stream = no_stream;
  DeviceId peer = -1;
  Bytes bytes = 0;
  Seconds seconds = 0;
  std::int32_t slot = -1;
  std::vector<Rectangle> payload;
  std::vector<StepId> after;
};

[[nodiscard]] std::vector<Step> steps_of(const Schedule& schedule);
/// A schedule of those steps, with the parts and streams of the original.
[[nodiscard]] Schedule schedule_of(const Schedule& original, const std::vector<Step>& steps);
/// Makes a step do nothing, so that those that follow it keep their numbers.
void empty(Step& step);

}  // namespace epsim
