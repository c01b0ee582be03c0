// A network and a schedule for it, built operation by operation, to run on both engines through run_jobs as
// in production: SimGrid's times are returned, the fluid engine's must be the same.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "sim/check_timeline.hpp"
#include "sim/engine/engine.hpp"
#include "sim/simulate.hpp"

namespace epsim {

inline constexpr Bytes gigabyte = 1'000'000'000;

struct Case {
  explicit Case(int devices) : topology(std::vector<NodeId>(static_cast<std::size_t>(devices), 0)) {
    part = schedule.add_part({});
  }

  StreamId stream(DeviceId device, int window = 0, int lane = 0) {
    return schedule.stream(device, StreamKind::scale_up, lane, window);
  }
  OpId send(StreamId from, DeviceId to, Bytes bytes, std::vector<OpId> after = {}) {
    return schedule.add_transfer(part, from, to, bytes, {}, after);
  }
  OpId compute(StreamId on, Seconds seconds, std::vector<OpId> after = {}) {
    return schedule.add_computation(part, on, seconds, after);
  }
  OpId join(std::vector<OpId> after) { return schedule.add_join(part, after); }

  [[nodiscard]] Timeline run() const {
    Timeline reference = run_on(EngineKind::simgrid);
    const Timeline fluid = run_on(EngineKind::fluid);
    check_same(fluid.ready(), reference.ready());
    check_same(fluid.started(), reference.started());
    check_same(fluid.finished(), reference.finished());
    return reference;
  }

  [[nodiscard]] Timeline run_on(EngineKind engine, const std::function<void(double)>& delivered = {}) const {
    return std::move(simulation(engine, delivered).timeline);
  }

  [[nodiscard]] Simulation simulation(EngineKind engine,
                                      const std::function<void(double)>& delivered = {}) const {
    LoweredSchedule lowered{schedule, {}};
    for (const Link& link : topology.links()) lowered.link_bandwidth.push_back(link.bandwidth);
    std::vector<std::pair<DeviceId, DeviceId>> pairs;
    for (OpId op = 0; op < schedule.size(); ++op)
      if (schedule.kind(op) == OpKind::transfer) pairs.emplace_back(schedule.device(op), schedule.peer(op));
    Routes routes(topology, pairs);
    const EngineJob job{"case", &lowered, &topology, &routes, engine};
    Timeline timeline = std::move(run_jobs({&job, 1}, 1, delivered).front());
    check_timeline(lowered, topology, routes, timeline);
    return {PatternKind::all_to_all, std::move(lowered), std::move(routes), std::move(timeline), engine};
  }

  static void check_same(std::span<const Seconds> fluid, std::span<const Seconds> reference) {
    for (std::size_t op = 0; op < fluid.size(); ++op) {
      CAPTURE(op);
      CAPTURE(fluid[op]);
      CAPTURE(reference[op]);
      CHECK(std::abs(fluid[op] - reference[op]) <= 1e-9 * reference[op]);
    }
  }

  Topology topology;
  Schedule schedule;
  PartId part = 0;
};

/// Ports of 1 GB/s into an ideal switch, 1 us per link: a route's latency is 2 us.
inline Case star(int devices) {
  Case made(devices);
  const VertexId middle = made.topology.add_switch("switch");
  for (DeviceId d = 0; d < devices; ++d) made.topology.connect(d, middle, LinkClass::scale_up, 1e9, 1e-6);
  return made;
}

}  // namespace epsim
