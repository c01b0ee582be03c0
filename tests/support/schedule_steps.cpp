#include "tests/support/schedule_steps.hpp"

namespace epsim {

std::vector<Step> steps_of(const Schedule& schedule) {
  std::vector<Step> steps;
  for (StepId step = 0; step < schedule.size(); ++step)
    steps.push_back({schedule.kind(step),
                     schedule.part_of(step),
                     schedule.stream_of(step),
                     schedule.peer(step),
                     schedule.bytes(step),
                     schedule.seconds(step),
                     schedule.slot(step),
                     {schedule.payload(step).begin(), schedule.payload(step).end()},
                     {schedule.after(step).begin(), schedule.after(step).end()}});
  return steps;
}

Schedule schedule_of(const Schedule& original, const std::vector<Step>& steps) {
  Schedule schedule;
  for (const Part& part : original.parts()) schedule.add_part(part);
  for (const Stream& stream : original.streams())
    schedule.stream(stream.device, stream.kind, stream.lane, stream.window);
  for (const Step& step : steps) {
    if (step.kind == StepKind::join)
      schedule.add_join(step.part, step.after);
    else if (step.kind == StepKind::computation)
      schedule.add_computation(step.part, step.stream, step.seconds, step.after, step.slot);
    else
      schedule.add_transfer(step.part, step.stream, step.peer, step.bytes, step.payload, step.after);
  }
  return schedule;
}

void empty(Step& step) {
  step.kind = StepKind::join;
  step.stream = no_stream;
}

}  // namespace epsim
