#include "analysis/link_use.hpp"
#include "platforms/indexing.hpp"

#include <algorithm>

namespace epsim {
namespace {

struct Interval {
  Seconds begin = 0;
  Seconds end = 0;
};

/// Calls visit(operation, links of its route) for every transfer.
template <class Visit>
void for_each_transfer(const Simulation& simulation, const Visit& visit) {
  const Schedule& schedule = simulation.lowered.schedule;
  for (OpId op = 0; op < schedule.size(); ++op)
    if (schedule.kind(op) == OpKind::transfer)
      visit(op, simulation.routes.links_between(schedule.device(op), schedule.peer(op)));
}

/// Length of the union.
Seconds covered(std::span<Interval> intervals) {
  std::sort(intervals.begin(), intervals.end(),
            [](const Interval& a, const Interval& b) { return a.begin < b.begin; });
  Seconds sum = 0;
  Seconds covered_until = 0;
  for (const Interval& interval : intervals) {
    const Seconds begin = std::max(interval.begin, covered_until);
    if (interval.end <= begin) continue;
    sum += interval.end - begin;
    covered_until = interval.end;
  }
  return sum;
}

/// The transfers of every link in one array, link after link.
struct IntervalsOfLinks {
  std::vector<std::size_t> first;  ///< size links + 1
  std::vector<Interval> intervals;
};

IntervalsOfLinks intervals_of_links(std::size_t links, const Simulation& simulation) {
  IntervalsOfLinks result{std::vector<std::size_t>(links + 1), {}};
  for_each_transfer(simulation, [&](OpId, std::span<const LinkId> route) {
    for (const LinkId link : route) ++result.first[at(link) + 1];
  });
  for (std::size_t i = 1; i < result.first.size(); ++i) result.first[i] += result.first[i - 1];
  result.intervals.resize(result.first.back());
  std::vector<std::size_t> next = result.first;
  const auto started = simulation.timeline.started();
  const auto finished = simulation.timeline.finished();
  for_each_transfer(simulation, [&](OpId op, std::span<const LinkId> route) {
    for (const LinkId link : route) result.intervals[next[at(link)]++] = {started[op], finished[op]};
  });
  return result;
}

}  // namespace

std::vector<LinkUse> link_uses(const Topology& topology, const Simulation& simulation,
                               Seconds layer_seconds) {
  const std::size_t links = std::max(at(topology.link_count()), simulation.lowered.link_bandwidth.size());
  std::vector<Bytes> bytes(links);
  std::vector<Bytes> loads(links);
  for_each_transfer(simulation, [&](OpId op, std::span<const LinkId> route) {
    for (const LinkId link : route) {
      bytes[at(link)] += simulation.lowered.schedule.bytes(op);
      loads[at(link)] += simulation.lowered.load(op);
    }
  });
  IntervalsOfLinks by_link = intervals_of_links(links, simulation);
  std::vector<LinkUse> uses;
  for (const Link& link : topology.links()) {
    const auto i = at(link.id);
    if (bytes[i] == 0) continue;
    const Seconds busy =
        covered({by_link.intervals.data() + by_link.first[i], by_link.first[i + 1] - by_link.first[i]});
    const double capacity = simulation.lowered.link_bandwidth[i] * layer_seconds;
    uses.push_back({link.id, bytes[i], busy, static_cast<double>(loads[i]) / capacity});
  }
  return uses;
}

std::optional<CapUse> busiest_cap(const Topology& topology, const Simulation& simulation,
                                  Seconds layer_seconds) {
  const std::vector<BytesPerSecond>& bandwidth = simulation.lowered.link_bandwidth;
  const auto first = at(topology.link_count());
  if (bandwidth.size() <= first || layer_seconds <= 0) return std::nullopt;
  std::vector<Bytes> loads(bandwidth.size());
  for_each_transfer(simulation, [&](OpId op, std::span<const LinkId> route) {
    loads[at(route.front())] += simulation.lowered.load(op);
    loads[at(route.back())] += simulation.lowered.load(op);
  });
  const auto most = std::max_element(loads.begin() + topology.link_count(), loads.end());
  const auto place = static_cast<int>(most - loads.begin()) - topology.link_count();
  return CapUse{place / 2, place % 2 == 0, static_cast<double>(*most) / (bandwidth[first] * layer_seconds)};
}

}  // namespace epsim
