#include "sim/engine/engine.hpp"

#include "platforms/system/child_process.hpp"

namespace epsim {

namespace {

/// Children write ends into memory that they share with us, so looking there is enough.
double delivered_part(const Schedule& schedule, const Timeline& timeline) {
  double all = 0;
  double delivered = 0;
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (schedule.kind(op) != OpKind::transfer) continue;
    const auto bytes = static_cast<double>(schedule.bytes(op));
    all += bytes;
    if (timeline.finished()[op] > 0) delivered += bytes;
  }
  return all > 0 ? delivered / all : 1;
}

double done_part(std::span<const EngineJob> jobs, const std::vector<Timeline>& timelines) {
  double all = 0;
  double done = 0;
  for (std::size_t job = 0; job < jobs.size(); ++job) {
    all += jobs[job].weight;
    done += jobs[job].weight * delivered_part(jobs[job].lowered->schedule, timelines[job]);
  }
  return all > 0 ? done / all : 1;
}

}  // namespace

std::vector<Timeline> run_jobs(std::span<const EngineJob> jobs, int parallel,
                               const std::function<void(double)>& done) {
  std::vector<Timeline> timelines;
  timelines.reserve(jobs.size());  // tasks keep references
  std::vector<ChildTask> tasks;
  for (const EngineJob& job : jobs) {
    Timeline& timeline = timelines.emplace_back(job.lowered->schedule.size());
    tasks.push_back({job.label, [&job, &timeline] {
                       if (job.engine == EngineKind::fluid)
                         run_fluid(*job.lowered, *job.routes, job.allowance, timeline);
                       else
                         run_simgrid(*job.lowered, *job.topology, *job.routes, timeline, job.paje);
                     }});
  }
  if (done)
    run_in_children(tasks, parallel, [&] { done(done_part(jobs, timelines)); });
  else
    run_in_children(tasks, parallel);
  return timelines;
}

}  // namespace epsim
