// A schedule's operations as values, so that a test can take one apart, break it and put it together again.
#pragma once

#include <vector>

#include "sim/schedule/schedule.hpp"

namespace epsim {

struct Op {
  OpKind kind = OpKind::join;
  PartId part = 0;
  StreamId stream = no_stream;
  DeviceId peer = -1;
  Bytes bytes = 0;
  Seconds seconds = 0;
  std::int32_t slot = -1;
  std::vector<Rectangle> payload;
  std::vector<OpId> after;
};

[[nodiscard]] std::vector<Op> ops_of(const Schedule& schedule);
/// A schedule of those operations, with the parts and streams of the original.
[[nodiscard]] Schedule schedule_of(const Schedule& original, const std::vector<Op>& ops);
/// Makes an operation do nothing, so that those that follow it keep their numbers.
void empty(Op& op);

}  // namespace epsim
