// What a critical path is spent on, where that is known beforehand; on both engines.
#include "analysis/blame/blame.hpp"

#include <doctest/doctest.h>

#include <numeric>

#include "sim/patterns/all_to_all.hpp"
#include "sim/patterns/point_to_point.hpp"
#include "tests/support/engine_case.hpp"
#include "tests/support/platforms.hpp"

using namespace epsim;

namespace {

using Parts = std::vector<std::pair<Cause, Seconds>>;

/// Everything that is not in `parts` is zero.
void check_parts(const Blame& blamed, const Parts& parts) {
  SecondsByCause expected = {};
  for (const auto& [cause, seconds] : parts) expected[at(cause)] = seconds;
  for (std::size_t cause = 0; cause < cause_count; ++cause)
    CHECK_MESSAGE(std::abs(blamed.seconds[cause] - expected[cause]) <= 1e-9,
                  name_of(static_cast<Cause>(cause)), ": ", blamed.seconds[cause], " s, expected ",
                  expected[cause]);
}

constexpr std::array both_engines = {EngineKind::simgrid, EngineKind::fluid};

/// Returns the second engine's blame.
Blame check_case(Case c, const Parts& parts) {
  std::vector<Simulation> simulations;
  for (const EngineKind engine : both_engines) simulations.push_back(c.simulation(engine));
  Group group = make_group(c.topology, c.topology.device_count());
  const Cluster cluster{std::move(c.topology), std::move(group)};
  std::vector<Blame> blames;
  for (const Simulation& simulation : simulations) {
    CAPTURE(name_of(simulation.engine));
    check_parts(blames.emplace_back(blame(cluster, simulation)), parts);
  }
  return blames.back();
}

/// The one exchange of equal bytes between all pairs of a star of 1 GB/s ports, 1 ms per link.
Scenario exchange_on_star(int devices, Bytes bytes) {
  Scenario scenario;
  scenario.platform.topology = star_of(devices, 1e9, 1e-3);
  scenario.direct_traffic = Matrix<Bytes>(devices, devices, bytes);
  return scenario;
}

void check_scenario(Scenario scenario, PatternKind pattern, const Parts& parts) {
  const Cluster cluster = build_cluster(scenario);
  const RoutedStep step = route_step(scenario, cluster, {});
  for (const EngineKind engine : both_engines) {
    CAPTURE(name_of(engine));
    scenario.engine = engine;
    check_parts(blame(cluster, simulate(scenario, cluster, step, {{pattern}}, {}).front()), parts);
  }
}

}  // namespace

TEST_CASE("blame: two flows into one link") {
  // Each would take 1 s alone; together they share the port of device 2: 2 s, half of that sharing.
  Case c = star(3);
  c.send(c.stream(0), 2, gigabyte);
  c.send(c.stream(1), 2, gigabyte);
  const Topology topology = star(3).topology;
  const Blame blamed = check_case(
      std::move(c), {{Cause::latency, 2e-6}, {Cause::scale_up_transfer, 1}, {Cause::scale_up_sharing, 1}});
  REQUIRE(blamed.links.size() == 1);
  CHECK(topology.link_name(blamed.links.front().link) == "switch->d2");
}

TEST_CASE("blame: a hot device") {
  // 3 s and 1 s of computation: the mean is 2 s, what is above it is the hot device's. Then a transfer.
  Case c = star(2);
  const PartId experts = c.schedule.add_part({.phase = Phase::expert});
  const OpId hot = c.schedule.add_computation(experts, c.schedule.stream(0, StreamKind::compute), 3, {});
  c.schedule.add_computation(experts, c.schedule.stream(1, StreamKind::compute), 1, {});
  c.send(c.stream(0), 1, gigabyte, {hot});
  check_case(std::move(c), {{Cause::computation, 2},
                            {Cause::hot_device, 1},
                            {Cause::latency, 2e-6},
                            {Cause::scale_up_transfer, 1}});
}

TEST_CASE("blame: a window of one") {
  // The second transfer waits for the first: its latency would have passed meanwhile in a wider window.
  Case c = star(2);
  c.send(c.stream(0, 1), 1, gigabyte);
  c.send(c.stream(0, 1), 1, gigabyte);
  check_case(std::move(c), {{Cause::latency, 2e-6}, {Cause::window, 2e-6}, {Cause::scale_up_transfer, 2}});
}

TEST_CASE("blame: a stream that waits for an earlier operation is released by what that waited for") {
  // In order: the transfer to 2 is ready at 0 but stands behind one that waits for a computation of 5 s.
  Case c = star(3);
  const OpId work = c.compute(c.stream(0, 0, 1), 5);
  c.send(c.stream(0), 1, gigabyte / 2, {work});
  const OpId behind = c.send(c.stream(0), 2, gigabyte);
  for (const EngineKind engine : both_engines) {
    const Timeline timeline = c.run_on(engine);
    CHECK(timeline.release()[behind] == Release::turn);
    CHECK(timeline.released_by()[behind] == work);
  }
  // Both share the port until the shorter has gone: 1 s each at half rate, then 0.5 s alone.
  check_case(std::move(c), {{Cause::computation, 5.0 / 3},
                            {Cause::hot_device, 5 - 5.0 / 3},
                            {Cause::latency, 2e-6},
                            {Cause::scale_up_transfer, 1},
                            {Cause::scale_up_sharing, 0.5}});
}

TEST_CASE("blame: pairwise rounds of a few bytes are latency") {
  // 7 rounds of 2 ms, each after the last; 8 bytes take 8 ns.
  Scenario scenario = exchange_on_star(8, 8);
  scenario.patterns.of<AllToAllOptions>().algorithm = AllToAllOptions::Algorithm::pairwise;
  check_scenario(scenario, PatternKind::all_to_all,
                 {{Cause::latency, 7 * 2e-3}, {Cause::scale_up_transfer, 7 * 8e-9}});
}

TEST_CASE("blame: one-sided messages are overhead") {
  // 7 messages of 1 ms of the sender's time each, after 5 ms of start-up; then the last one's way.
  Scenario scenario = exchange_on_star(8, 8);
  scenario.transport.start_up = 5e-3;
  scenario.transport.message_overhead = 1e-3;
  scenario.patterns.of<PointToPointOptions>().window = 0;
  check_scenario(scenario, PatternKind::point_to_point,
                 {{Cause::start_up, 5e-3},
                  {Cause::message_overhead, 7e-3},
                  {Cause::latency, 2e-3},
                  {Cause::scale_up_transfer, 8e-9}});
}

TEST_CASE("blame: what a device's SMs move, and a kernel's floor") {
  // A cap of 0.5 GB/s is narrower than the ports: one peer takes 2 s.
  Scenario scenario = exchange_on_star(2, 1'000'000'000);
  scenario.transport.sms = 1;
  scenario.transport.rate_per_sm = 0.5e9;
  check_scenario(scenario, PatternKind::all_to_all,
                 {{Cause::latency, 2e-3}, {Cause::device_cap_transfer, 2}});
  scenario.transport.least_dispatch = 3;
  check_scenario(scenario, PatternKind::all_to_all, {{Cause::least_duration, 3}});
}

TEST_CASE("blame: nothing to do takes no time") {
  Scenario scenario = exchange_on_star(2, 0);
  check_scenario(scenario, PatternKind::all_to_all, {});
}
