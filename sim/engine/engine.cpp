#include "sim/engine/engine.hpp"

#include "sim/engine/child_process.hpp"

namespace epsim {

std::vector<Timeline> run_jobs(std::span<const EngineJob> jobs, int parallel) {
  std::vector<Timeline> timelines;
  timelines.reserve(jobs.size());  // tasks keep references
  std::vector<ChildTask> tasks;
  for (const EngineJob& job : jobs) {
    Timeline& timeline = timelines.emplace_back(job.lowered->schedule.size());
    tasks.push_back({job.label, [&job, &timeline] {
                       if (job.engine == EngineKind::fluid)
                         run_fluid(*job.lowered, *job.topology, *job.routes, job.allowance, timeline);
                       else
                         run_simgrid(*job.lowered, *job.topology, *job.routes, timeline);
                     }});
  }
  run_in_children(tasks, parallel);
  return timelines;
}

}  // namespace epsim
