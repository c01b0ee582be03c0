#include "sim/engine/engine.hpp"

#include "platforms/system/child_process.hpp"

namespace epsim {

namespace {

/// Children write ends into memory that they share with us, so looking there is enough.
double delivered_part(std::span<const EngineJob> jobs, const std::vector<Timeline>& timelines) {
  double all = 0;
  double delivered = 0;
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    const Schedule& schedule = jobs[job].lowered->schedule;
    const std::span<const Seconds> finished = timelines[job].finished();
    for (OpId op = 0; op < schedule.size(); ++op) {
      if (schedule.kind(op) != OpKind::transfer) continue;
      const auto bytes = static_cast<double>(schedule.bytes(op));
      all += bytes;
      if (finished[op] > 0) delivered += bytes;
    }
  }
  return all > 0 ? delivered / all : 1;
}

}  // namespace

std::vector<Timeline> run_jobs(std::span<const EngineJob> jobs, int parallel,
                               const std::function<void(double)>& delivered) {
  std::vector<Timeline> timelines;
  timelines.reserve(jobs.size());  // tasks keep references
  std::vector<ChildTask> tasks;
  for (const EngineJob& job : jobs) {
    Timeline& timeline = timelines.emplace_back(job.lowered->schedule.size());
    tasks.push_back({job.label, [&job, &timeline] {
                       if (job.engine == EngineKind::fluid)
                         run_fluid(*job.lowered, *job.routes, job.allowance, timeline);
                       else
                         run_simgrid(*job.lowered, *job.topology, *job.routes, timeline);
                     }});
  }
  if (delivered)
    run_in_children(tasks, parallel, [&] { delivered(delivered_part(jobs, timelines)); });
  else
    run_in_children(tasks, parallel);
  return timelines;
}

}  // namespace epsim
