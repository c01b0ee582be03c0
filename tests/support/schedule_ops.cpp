#include "tests/support/schedule_ops.hpp"

namespace epsim {

std::vector<Op> ops_of(const Schedule& schedule) {
  std::vector<Op> ops;
  for (OpId op = 0; op < schedule.size(); ++op)
    ops.push_back({schedule.kind(op),
                   schedule.part_of(op),
                   schedule.stream_of(op),
                   schedule.peer(op),
                   schedule.bytes(op),
                   schedule.seconds(op),
                   schedule.slot(op),
                   {schedule.payload(op).begin(), schedule.payload(op).end()},
                   {schedule.after(op).begin(), schedule.after(op).end()}});
  return ops;
}

Schedule schedule_of(const Schedule& original, const std::vector<Op>& ops) {
  Schedule schedule;
  for (const Part& part : original.parts()) schedule.add_part(part);
  for (const Stream& stream : original.streams())
    schedule.stream(stream.device, stream.kind, stream.lane, stream.window);
  for (const Op& op : ops) {
    if (op.kind == OpKind::join)
      schedule.add_join(op.part, op.after);
    else if (op.kind == OpKind::computation)
      schedule.add_computation(op.part, op.stream, op.seconds, op.after, op.slot);
    else
      schedule.add_transfer(op.part, op.stream, op.peer, op.bytes, op.payload, op.after);
  }
  return schedule;
}

void empty(Op& op) {
  op.kind = OpKind::join;
  op.stream = no_stream;
}

}  // namespace epsim
