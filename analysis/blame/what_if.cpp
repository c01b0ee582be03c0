#include "analysis/blame/what_if.hpp"

#include <algorithm>

#include "analysis/blame/mean_shares.hpp"
#include "sim/engine/engine.hpp"

namespace epsim {
namespace {

/// What an engine runs, to be changed.
struct Conditions {
  LoweredSchedule lowered;
  Routes routes;
};

void scale_computation(Schedule& schedule, Work work, const auto& factor) {
  for (OpId op = 0; op < schedule.size(); ++op)
    if (schedule.kind(op) == OpKind::computation && schedule.work(op) == work)
      schedule.set_seconds(op, schedule.seconds(op) * factor(op));
}

void free_work(Schedule& schedule, Work work) {
  scale_computation(schedule, work, [](OpId) { return 0.0; });
}

void free_links(Conditions& conditions, const Topology& topology, Resource resource) {
  constexpr double plenty = 1e6;
  std::vector<BytesPerSecond>& bandwidth = conditions.lowered.link_bandwidth;
  for (std::size_t link = 0; link < bandwidth.size(); ++link)
    if (resource_of(topology, static_cast<LinkId>(link)) == resource) bandwidth[link] *= plenty;
}

void free_windows(Schedule& schedule) {
  for (StreamId stream = 0; stream < schedule.streams().size(); ++stream) schedule.set_window(stream, 0);
}

void balance(Schedule& schedule, const Cluster& cluster) {
  const MeanShares shares(cluster, schedule);
  scale_computation(schedule, Work::device,
                    [&](OpId op) { return shares.of(schedule.phase(op), schedule.device(op)); });
}

void set_free(Resource resource, const Cluster& cluster, Conditions& conditions) {
  Schedule& schedule = conditions.lowered.schedule;
  switch (resource) {
    case Resource::start_up:
      return free_work(schedule, Work::start_up);
    case Resource::message_overhead:
      return free_work(schedule, Work::message_overhead);
    case Resource::least_duration:
      return free_work(schedule, Work::least_duration);
    case Resource::latency:
      return conditions.routes.remove_latency();
    case Resource::window:
      return free_windows(schedule);
    case Resource::scale_up:
    case Resource::scale_out:
    case Resource::device_cap:
      return free_links(conditions, cluster.topology, resource);
    case Resource::computation:
      return free_work(schedule, Work::device);
    case Resource::balance:
      return balance(schedule, cluster);
  }
}

/// One run to be done.
struct Question {
  std::size_t simulation;
  Resource resource;
};

/// Windows also where they cost no latency: what stands behind a full one is not on the path.
bool is_worth_asking(const ResourceBlame& part, const Blame& blame) {
  constexpr double least_share = 0.01;
  if (part.resource == Resource::window)
    return std::ranges::any_of(blame.path,
                               [](const BlamedStep& one) { return one.step.release == Release::window; });
  return part.seconds > 0 && part.seconds >= least_share * blame.path.back().step.end;
}

std::vector<Question> questions_of(std::span<const Blame> blames) {
  std::vector<Question> questions;
  for (std::size_t s = 0; s < blames.size(); ++s)
    for (const ResourceBlame& part : by_resource(blames[s]))
      if (is_worth_asking(part, blames[s])) questions.push_back({s, part.resource});
  return questions;
}

}  // namespace

std::vector<std::vector<WhatIf>> what_if(const Cluster& cluster, std::span<const Simulation> simulations,
                                         std::span<const Blame> blames, const WhatIfOptions& options) {
  std::vector<std::vector<WhatIf>> answers(simulations.size());
  const std::vector<Question> questions = questions_of(blames);
  const auto batch = static_cast<std::size_t>(std::max(1, options.parallel));
  for (std::size_t first = 0; first < questions.size(); first += batch) {
    if (options.progress)
      options.progress(static_cast<double>(first) / static_cast<double>(questions.size()));
    const auto asked = std::span(questions).subspan(first, std::min(batch, questions.size() - first));
    std::vector<Conditions> conditions;
    conditions.reserve(asked.size());  // jobs point there
    std::vector<EngineJob> jobs;
    for (const Question& question : asked) {
      const Simulation& original = simulations[question.simulation];
      Conditions& changed = conditions.emplace_back(original.lowered, original.routes);
      set_free(question.resource, cluster, changed);
      jobs.push_back({"without " + std::string(name_of(question.resource)), &changed.lowered,
                      &cluster.topology, &changed.routes, EngineKind::fluid, original.allowance});
    }
    const std::vector<Timeline> timelines = run_jobs(jobs, options.parallel);
    for (std::size_t i = 0; i < asked.size(); ++i)
      answers[asked[i].simulation].push_back({asked[i].resource, timelines[i].end()});
  }
  return answers;
}

}  // namespace epsim
