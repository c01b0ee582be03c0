#include "sim/engine/engine_choice.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <vector>

#include "sim/engine/binding_links.hpp"

namespace epsim {
namespace {

/// Disjoint sets of links.
class LinkSets {
 public:
  explicit LinkSets(std::size_t links) : parent_(links) { std::iota(parent_.begin(), parent_.end(), 0); }
  std::size_t find(std::size_t link) {
    while (parent_[link] != link) link = parent_[link] = parent_[parent_[link]];
    return link;
  }
  void join(std::size_t a, std::size_t b) { parent_[find(a)] = find(b); }

 private:
  std::vector<std::size_t> parent_;
};

/// The transfers of one part whose links hang together, and how many can be in flight.
struct Crowd {
  double transfers = 0;
  double in_flight = 0;
  Bytes bytes = 0;  // of the first
  bool is_uniform = true;
};

std::vector<Crowd> crowds_of(const Schedule& schedule, const std::vector<bool>& binding, const Routes& routes,
                             PartId part) {
  LinkSets sets(binding.size());
  const auto is_of_part = [&](StepId step) {
    return schedule.kind(step) == StepKind::transfer && schedule.part_of(step) == part;
  };
  for (StepId step = 0; step < schedule.size(); ++step) {
    if (!is_of_part(step)) continue;
    const auto links = routes.links_between(schedule.device(step), schedule.peer(step));
    for (const LinkId link : links)
      if (binding[static_cast<std::size_t>(link)])
        sets.join(static_cast<std::size_t>(link), static_cast<std::size_t>(links.front()));
  }
  std::unordered_map<std::size_t, Crowd> crowds;
  std::vector<int> issued(schedule.streams().size(), 0);
  for (StepId step = 0; step < schedule.size(); ++step) {
    if (!is_of_part(step)) continue;
    const auto first = routes.links_between(schedule.device(step), schedule.peer(step)).front();
    Crowd& crowd = crowds[sets.find(static_cast<std::size_t>(first))];
    const StreamId stream = schedule.stream_of(step);
    const int window = schedule.streams()[stream].window;
    if (crowd.transfers == 0) crowd.bytes = schedule.bytes(step);
    crowd.is_uniform = crowd.is_uniform && crowd.bytes == schedule.bytes(step);
    crowd.transfers += 1;
    if (window == 0 || issued[stream]++ < window) crowd.in_flight += 1;
  }
  std::vector<Crowd> result;
  for (const auto& [link, crowd] : crowds) result.push_back(crowd);
  return result;
}

}  // namespace

Seconds least_duration(const LoweredSchedule& lowered, const Routes& routes) {
  const Schedule& schedule = lowered.schedule;
  std::vector<Seconds> links(lowered.link_bandwidth.size(), 0);
  std::vector<Seconds> streams(schedule.streams().size(), 0);
  for (StepId step = 0; step < schedule.size(); ++step) {
    if (schedule.kind(step) == StepKind::computation)
      streams[schedule.stream_of(step)] += schedule.seconds(step);
    if (schedule.kind(step) != StepKind::transfer) continue;
    for (const LinkId link : routes.links_between(schedule.device(step), schedule.peer(step)))
      links[static_cast<std::size_t>(link)] +=
          static_cast<double>(schedule.bytes(step)) / lowered.link_bandwidth[static_cast<std::size_t>(link)];
  }
  Seconds least = 0;
  for (const Seconds one : links) least = std::max(least, one);
  for (const Seconds one : streams) least = std::max(least, one);
  return least;
}

double simgrid_wall_seconds(const LoweredSchedule& lowered, const Topology& topology, const Routes& routes) {
  // Measured with SimGrid 3.32 (build/tests/benchmarks): per step, per transfer and per flow that an end
  // touches. Equal transfers that started together end together.
  constexpr double per_step = 4e-6;
  constexpr double per_touched_flow = 8e-8;
  const std::vector<bool> binding = binding_links(topology, routes, lowered.link_bandwidth);
  double seconds = per_step * lowered.schedule.size();
  for (PartId part = 0; part < lowered.schedule.parts().size(); ++part)
    for (const Crowd& crowd : crowds_of(lowered.schedule, binding, routes, part)) {
      const double ends = crowd.is_uniform ? crowd.transfers / crowd.in_flight : crowd.transfers;
      seconds += per_touched_flow * ends * crowd.in_flight;
    }
  return seconds;
}

EngineKind engine_for(EngineKind asked, double simgrid_wall_seconds) {
  constexpr double long_wait = 2;  // seconds
  if (asked != EngineKind::automatic) return asked;
  return simgrid_wall_seconds > long_wait ? EngineKind::fluid : EngineKind::simgrid;
}

}  // namespace epsim
