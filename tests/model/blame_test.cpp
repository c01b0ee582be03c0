// What a critical path is spent on, where that is known beforehand; on both engines.
#include "analysis/blame/blame.hpp"
#include "analysis/blame/wait_map.hpp"
#include "analysis/blame/what_if.hpp"

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

using Answers = std::vector<std::pair<Resource, Seconds>>;

/// In this order, and nothing else.
void check_answers(const Cluster& cluster, const Simulation& simulation, const Answers& expected) {
  const std::vector<Blame> blames = {blame(cluster, simulation)};
  const std::vector<WhatIf> answers = what_if(cluster, {&simulation, 1}, blames, {}).front();
  REQUIRE(answers.size() == expected.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    CHECK(name_of(answers[i].resource) == name_of(expected[i].first));
    // What is free still takes a millionth.
    CHECK(answers[i].layer_seconds == doctest::Approx(expected[i].second).epsilon(1e-5));
  }
}

void check_answers(Case c, const Answers& expected) {
  const Simulation simulation = c.simulation(EngineKind::simgrid);
  Group group = make_group(c.topology, c.topology.device_count());
  check_answers(Cluster{std::move(c.topology), std::move(group)}, simulation, expected);
}

void check_answers(const Scenario& scenario, PatternKind pattern, const Answers& expected) {
  const Cluster cluster = build_cluster(scenario);
  const RoutedStep step = route_step(scenario, cluster, {});
  check_answers(cluster, simulate(scenario, cluster, step, {{pattern}}, {}).front(), expected);
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

/// Experts take 3 s on one device and 1 s on the other; then a transfer of 1 s.
Case hot_device() {
  Case c = star(2);
  const PartId experts = c.schedule.add_part({.phase = Phase::expert});
  const OpId hot = c.schedule.add_computation(experts, c.schedule.stream(0, StreamKind::compute), 3, {});
  c.schedule.add_computation(experts, c.schedule.stream(1, StreamKind::compute), 1, {});
  c.send(c.stream(0), 1, gigabyte, {hot});
  return c;
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

TEST_CASE("blame: of two full links the one that gives a flow no less than others limits it") {
  // Ten flows of 1 GB into device 1 take 10 s. The port of device 0 is full, too, but most of it goes to
  // device 2: it would give more to the flow that is blamed, the first of those that end last.
  Case c = star(12);
  const OpId first = c.send(c.stream(0), 1, gigabyte);
  for (DeviceId device = 3; device < 12; ++device) c.send(c.stream(device), 1, gigabyte);
  c.send(c.stream(0), 2, 9 * gigabyte);
  const Topology topology = star(12).topology;
  const Blame blamed = check_case(
      std::move(c), {{Cause::latency, 2e-6}, {Cause::scale_up_transfer, 1}, {Cause::scale_up_sharing, 9}});
  REQUIRE(blamed.path.size() == 1);
  CHECK(blamed.path.front().step.op == first);
  CHECK(topology.link_name(blamed.links.front().link) == "switch->d1");
}

TEST_CASE("what if: what stands behind a full window is asked about, however little latency there is") {
  // Ten devices send 1 GB to device 1 (10 s); then, as its window frees, device 0 sends 5 GB to device 2.
  // Both at once: the first takes 10 s of a tenth of the port, the other the rest of it, and 9 of its 5 GB:
  // 10 s.
  Case c = star(12);
  c.send(c.stream(0, 1), 1, gigabyte);
  c.send(c.stream(0, 1), 2, 5 * gigabyte);
  for (DeviceId device = 3; device < 12; ++device) c.send(c.stream(device), 1, gigabyte);
  check_answers(std::move(c), {{Resource::scale_up, 1.9e-5}, {Resource::window, 10}});
}

TEST_CASE("blame: a hot device") {
  // The mean is 2 s, what is above it is the hot device's.
  check_case(hot_device(), {{Cause::computation, 2},
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

TEST_CASE("what if: computation and its balance and links") {
  // 4 s. The balanced device has 2 s.
  check_answers(hot_device(), {{Resource::computation, 1}, {Resource::scale_up, 3}, {Resource::balance, 3}});
}

TEST_CASE("what if: a window and latency") {
  // 1 us each at 1 GB/s, 2 us of latency, one at a time: 6 us. Without a window both are under way together;
  // without latency only the bytes count.
  Case c = star(2);
  c.send(c.stream(0, 1), 1, 1000);
  c.send(c.stream(0, 1), 1, 1000);
  check_answers(std::move(c),
                {{Resource::latency, 2e-6}, {Resource::window, 4e-6}, {Resource::scale_up, 4e-6}});
}

TEST_CASE("what if: a transport's costs") {
  // As above: 5 ms + 7 x 1 ms + 2 ms.
  Scenario scenario = exchange_on_star(8, 8);
  scenario.transport.start_up = 5e-3;
  scenario.transport.message_overhead = 1e-3;
  scenario.patterns.of<PointToPointOptions>().window = 0;
  check_answers(scenario, PatternKind::point_to_point,
                {{Resource::message_overhead, 7e-3}, {Resource::start_up, 9e-3}, {Resource::latency, 12e-3}});
  // A floor of 3 s over an exchange of 2 ms + 2 s, which the SMs move.
  scenario = exchange_on_star(2, 1'000'000'000);
  scenario.transport.sms = 1;
  scenario.transport.rate_per_sm = 0.5e9;
  check_answers(scenario, PatternKind::all_to_all, {{Resource::device_cap, 1.002}});
  scenario.transport.least_dispatch = 3;
  check_answers(scenario, PatternKind::all_to_all, {{Resource::least_duration, 2.002}});
}

TEST_CASE("waits: a source that starts late and one whose data moves") {
  // Device 2 is free at 0.5 s. What device 1 sends comes at 1 s. Device 0 has its data at 3 s, spends 1 s on
  // the message before it can go, which then comes 1 s later: 5 s.
  Case c = star(3);
  const auto gate = [&](DeviceId device, Seconds seconds) {
    return c.schedule.add_computation(c.part, c.schedule.stream(device, StreamKind::compute), seconds, {});
  };
  const OpId late = gate(0, 3);
  gate(2, 0.5);
  c.part = c.schedule.add_part({.phase = Phase::dispatch});
  const std::vector<OpId> computed = {late};
  c.schedule.add_computation(c.part, c.stream(0), 1, computed, -1, Work::message_overhead);
  c.send(c.stream(0), 2, gigabyte, {late});
  c.send(c.stream(1), 2, gigabyte);
  const std::vector<Wait> waits = wait_map(c.simulation(EngineKind::fluid));
  REQUIRE(waits.size() == 2);
  const auto check = [](const Wait& wait, DeviceId source, const std::array<Seconds, 5>& expected) {
    CHECK(wait.source == source);
    CHECK(wait.destination == 2);
    CHECK(wait.bytes == gigabyte);
    CHECK(wait.messages == 1);
    const std::array seconds = {wait.waited, wait.late, wait.queued, wait.moving, wait.alone};
    for (std::size_t i = 0; i < seconds.size(); ++i)
      CHECK(seconds[i] == doctest::Approx(expected[i]).epsilon(1e-9));
  };
  check(waits[0], 0, {4.500002, 2.5, 1, 1.000002, 4});
  check(waits[1], 1, {0.500002, 0, 0, 0.500002, 0.500002});
  CHECK(longest_waits(waits, 1).front().source == 0);
}
