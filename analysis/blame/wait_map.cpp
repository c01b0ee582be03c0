#include "analysis/blame/wait_map.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace epsim {
namespace {

struct Arrival {
  Wait wait;
  OpId last = 0;  // to arrive
  Seconds last_end = 0;
};

using PhaseDevice = std::pair<Phase, DeviceId>;

/// When a device has ended what it computes itself before an exchange.
std::map<PhaseDevice, Seconds> ends_of_own_work(const Simulation& simulation) {
  const Schedule& schedule = simulation.lowered.schedule;
  std::map<PhaseDevice, Seconds> ends;
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (schedule.kind(op) != OpKind::computation || schedule.work(op) != Work::device) continue;
    const Phase next = schedule.phase(op) == Phase::gate ? Phase::dispatch : Phase::combine;
    Seconds& end = ends[{next, schedule.device(op)}];
    end = std::max(end, simulation.timeline.finished()[op]);
  }
  return ends;
}

std::vector<Arrival> arrivals_of(const Simulation& simulation) {
  const Schedule& schedule = simulation.lowered.schedule;
  std::map<std::tuple<Phase, DeviceId, DeviceId>, Arrival> arrivals;
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (schedule.kind(op) != OpKind::transfer) continue;
    const DeviceId source = schedule.device(op);
    const DeviceId destination = schedule.peer(op);
    Arrival& arrival = arrivals[{schedule.phase(op), destination, source}];
    arrival.wait.phase = schedule.phase(op);
    arrival.wait.source = source;
    arrival.wait.destination = destination;
    arrival.wait.bytes += schedule.bytes(op);
    ++arrival.wait.messages;
    if (simulation.timeline.finished()[op] < arrival.last_end) continue;
    arrival.last = op;
    arrival.last_end = simulation.timeline.finished()[op];
  }
  std::vector<Arrival> list;
  for (auto& [place, arrival] : arrivals) list.push_back(arrival);
  return list;
}

/// Of one destination in one phase.
void set_alone(std::span<Arrival> arrivals, Seconds free_since) {
  std::vector<Arrival*> by_end;
  for (Arrival& arrival : arrivals) by_end.push_back(&arrival);
  std::ranges::stable_sort(by_end, {}, [](const Arrival* arrival) { return arrival->last_end; });
  Seconds reached = free_since;
  for (Arrival* arrival : by_end) {
    arrival->wait.alone = std::max(0.0, arrival->last_end - reached);
    reached = std::max(reached, arrival->last_end);
  }
}

}  // namespace

std::vector<Wait> wait_map(const Simulation& simulation) {
  const std::map<PhaseDevice, Seconds> own_work = ends_of_own_work(simulation);
  std::vector<Arrival> arrivals = arrivals_of(simulation);
  std::vector<Wait> waits;
  for (auto first = arrivals.begin(); first != arrivals.end();) {
    const PhaseDevice here = {first->wait.phase, first->wait.destination};
    const auto last = std::find_if(first, arrivals.end(), [&](const Arrival& arrival) {
      return PhaseDevice{arrival.wait.phase, arrival.wait.destination} != here;
    });
    const auto own = own_work.find(here);
    const Seconds free_since = own == own_work.end() ? 0 : own->second;
    set_alone({first, last}, free_since);
    for (; first != last; ++first) {
      Wait& wait = first->wait;
      wait.waited = std::max(0.0, first->last_end - free_since);
      const auto until = [&](Seconds time) { return std::clamp(time - free_since, 0.0, wait.waited); };
      wait.late = until(simulation.timeline.ready()[first->last]);
      wait.queued = until(simulation.timeline.started()[first->last]) - wait.late;
      wait.moving = wait.waited - wait.late - wait.queued;
      waits.push_back(wait);
    }
  }
  return waits;
}

std::vector<Wait> longest_waits(std::vector<Wait> waits, std::size_t most) {
  std::erase_if(waits, [](const Wait& wait) { return wait.waited <= 0; });
  std::ranges::stable_sort(waits, std::ranges::greater(), &Wait::waited);
  if (waits.size() > most) waits.resize(most);
  return waits;
}

}  // namespace epsim
