// Whole scenarios with random sizes, routing and options: bytes and tokens are conserved, no simulated time
// is below its lower bound, and the same scenario gives the same times to the bit.
#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "analysis/summary.hpp"
#include "platforms/indexing.hpp"
#include "scenarios/reader/platform_reader.hpp"
#include "sim/patterns/all_to_all.hpp"
#include "sim/patterns/hierarchical.hpp"
#include "sim/patterns/pattern.hpp"
#include "sim/patterns/point_to_point.hpp"
#include "sim/patterns/ring.hpp"
#include "sim/random.hpp"
#include "sim/simulate.hpp"
#include "tests/support/blame_checks.hpp"
#include "tests/support/platforms.hpp"
#include "tests/support/property.hpp"
#include "tests/support/random_options.hpp"
#include "tests/support/random_platform.hpp"

using namespace epsim;

namespace {

/// Every term of it, or any of them.
Transport random_transport() {
  Transport transport;
  transport.name = "random";
  transport.scale_up_share = 0.75;
  transport.scale_out_share = 0.9;
  transport.start_up = one_of({0.0, 5e-6});
  transport.start_up_per_peer = one_of({0.0, 0.5e-6});
  transport.message_overhead = one_of({0.0, 1e-6});
  transport.least_dispatch = one_of({0.0, 20e-6});
  transport.least_combine = one_of({0.0, 30e-6});
  transport.half_size = one_of({0, 10'000});
  transport.sms = one_of({0, 3});
  transport.rate_per_sm = transport.sms > 0 ? 5e9 : 0;
  return transport;
}

Scenario random_scenario() {
  Scenario scenario;
  scenario.name = "random";
  scenario.platform = parse_platform(random_platform());
  ExpertParallel& ep = scenario.expert_parallel;
  const int most = most_ranks(scenario.platform);
  ep.expert_parallel_size = scenario.platform.ranks.order == RankOrder::listed ? most : between(1, most);
  ep.experts_per_device = between(1, 3);
  ep.num_experts = ep.expert_parallel_size * ep.experts_per_device;
  ep.top_k = between(1, std::min(ep.num_experts, 4));
  ep.routing_strategy =
      one_of({RoutingStrategy::learned_gating, RoutingStrategy::hash_based, RoutingStrategy::random});
  ep.drop_tokens = between(0, 1) == 1;
  ep.capacity_factor = one_of({0.5, 1.0, 1.25});
  for (Rank rank = 0; rank < ep.expert_parallel_size; ++rank)
    scenario.workload.tokens_per_device.push_back(between(0, 40));
  scenario.workload.seed = static_cast<std::uint64_t>(between(0, 1'000'000));
  scenario.workload.skew = one_of({0.0, 0.5, 1.5});
  scenario.payload.dispatch_bytes_per_copy = between(1, 20'000);
  scenario.payload.combine_bytes_per_copy = between(1, 20'000);
  scenario.patterns = random_pattern_options(4);
  scenario.barriers = between(0, 1) == 1;
  if (between(0, 1) == 1) scenario.transport = random_transport();
  return scenario;
}

std::int64_t sum(std::span<const std::int64_t> values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

/// No expert starts on tokens of its own device before that device's gate has chosen it.
void check_experts_follow_gates(const Simulation& run, const Cluster& cluster, const Traffic& traffic) {
  const Schedule& schedule = run.lowered.schedule;
  std::vector<Seconds> gated(static_cast<std::size_t>(cluster.topology.device_count()));
  for (OpId op = 0; op < schedule.size(); ++op)
    if (schedule.kind(op) == OpKind::computation && schedule.phase(op) == Phase::gate)
      gated[at(schedule.device(op))] = run.timeline.finished()[op];
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (schedule.kind(op) != OpKind::computation || schedule.slot(op) < 0) continue;
    const Rank rank = traffic.rank_of_slot[at(schedule.slot(op))];
    if (traffic.selections(rank, schedule.slot(op)) > 0)
      RC_ASSERT(run.timeline.started()[op] >= gated[at(schedule.device(op))]);
  }
}

const std::vector<PatternKind> every_pattern = all_pattern_kinds();

}  // namespace

TEST_CASE("random scenarios: tokens and bytes are conserved and no time is below its bound") {
  check_property("conservation and bounds", [] {
    const Scenario scenario = random_scenario();
    const Cluster cluster = build_cluster(scenario);
    const RoutedStep step = route_step(scenario, cluster, {});
    const RoutingReport& report = step.routed->report;
    const std::int64_t tokens = std::accumulate(scenario.workload.tokens_per_device.begin(),
                                                scenario.workload.tokens_per_device.end(), std::int64_t{0});
    RC_ASSERT(report.selections == tokens * scenario.expert_parallel.top_k);
    RC_ASSERT(report.selections == sum(report.expert_loads) + report.dropped_selections);

    const LowerBounds bounds = lower_bounds(scenario, cluster, step);
    const auto runs = simulate(scenario, cluster, step, every_pattern, {.parallel = 2, .check = true});
    for (const Simulation& run : runs) {
      check_experts_follow_gates(run, cluster, step.traffic);
      check_blame(cluster, run);
      const LayerSummary layer = summarize(cluster, bounds, run);
      const double allowed = resolution_of(run);  // completions closer than this may be merged
      for (const PhaseSummary& phase : layer.phases)
        RC_ASSERT(phase.seconds >= phase.lower_bound_seconds - allowed);
      RC_ASSERT(layer.layer_seconds >= layer.lower_bound_seconds - allowed);
      RC_ASSERT(layer.communication_efficiency >= 0.0);
      RC_ASSERT(layer.communication_efficiency <= 1.0);
      for (const LinkUse& link : layer.links) RC_ASSERT(link.utilization <= 1.0 + 1e-6);
      const PhaseSummary& dispatch = layer.phase(Phase::dispatch);
      RC_ASSERT(dispatch.bytes == dispatch.scale_up_bytes + dispatch.scale_out_bytes);
    }
  });
}

TEST_CASE("the engines agree on random scenarios") {
  check_property("agreement", [] {
    Scenario scenario = random_scenario();
    const Cluster cluster = build_cluster(scenario);
    const RoutedStep step = route_step(scenario, cluster, {});
    const auto reference = simulate(scenario, cluster, step, every_pattern, {.parallel = 2, .check = true});
    scenario.engine = EngineKind::fluid;
    const auto fluid = simulate(scenario, cluster, step, every_pattern, {.parallel = 2, .check = true});
    for (std::size_t i = 0; i < reference.size(); ++i) {
      check_blame(cluster, fluid[i]);
      const Seconds makespan = reference[i].timeline.end();
      RC_ASSERT(std::abs(fluid[i].timeline.end() - makespan) <= 1e-6 * makespan);
      for (OpId s = 0; s < reference[i].lowered.schedule.size(); ++s)
        RC_ASSERT(std::abs(fluid[i].timeline.finished()[s] - reference[i].timeline.finished()[s]) <=
                  1e-6 * makespan);
    }
  });
}

TEST_CASE("the engines agree on exchanges of up to 128 devices") {
  // Without RapidCheck: 24 draws of fixed seeds, since SimGrid needs up to a second for each.
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    SplitMix64 random(seed);
    const auto one_in = [&](std::uint32_t count) { return uniform_below(random(), count); };
    constexpr int windows[] = {0, 1, 2, 4, 8};
    constexpr double medians[] = {500, 8e3, 2e5};
    const int window = windows[one_in(5)];
    const double deviation = one_in(2) == 0 ? 0 : 1;  // equal or log-normal
    const double median = medians[one_in(3)];
    Scenario scenario;
    int devices = 8 + static_cast<int>(one_in(121));
    if (one_in(2) == 0) {
      scenario.platform.topology = star_of(devices, 50e9, 2e-6);
    } else {
      const bool is_rack = one_in(3) == 0;
      const int nodes = 2 + static_cast<int>(one_in(is_rack ? 3 : 12));
      const int per_node = is_rack ? 24 : 8;
      scenario.platform.topology = rails({{"nodes", nodes}, {"devices_per_node", per_node}});
      devices = nodes * per_node;
    }
    Matrix<Bytes> bytes(devices, devices, 0);
    for (int from = 0; from < devices; ++from)
      for (int to = 0; to < devices; ++to)
        if (from != to)
          bytes(from, to) =
              1 + static_cast<Bytes>(median * std::exp(deviation * normal_quantile(uniform(random()))));
    scenario.direct_traffic = bytes;
    scenario.patterns.of<AllToAllOptions>().window = window;
    const PatternKind pattern[] = {PatternKind::all_to_all};
    const Cluster cluster = build_cluster(scenario);
    const RoutedStep step = route_step(scenario, cluster, {});
    const Timeline simgrid =
        std::move(simulate(scenario, cluster, step, pattern, {.check = true}).front().timeline);
    scenario.engine = EngineKind::fluid;
    const auto run = simulate(scenario, cluster, step, pattern, {.check = true});
    const Timeline& fluid = run.front().timeline;
    INFO("seed ", seed, ": ", devices, " devices, window ", window, ", median ", median, " B, deviation ",
         deviation);
    CHECK(run.front().allowance == 0);
    CHECK(std::abs(fluid.end() - simgrid.end()) <= 1e-5 * simgrid.end());
    Seconds worst = 0;
    for (OpId s = 0; s < run.front().lowered.schedule.size(); ++s)
      worst = std::max(worst, std::abs(fluid.finished()[s] - simgrid.finished()[s]));
    CHECK(worst <= (window == 0 ? 1e-5 : 1e-3) * simgrid.end());
  }
}

TEST_CASE("the same scenario gives the same times to the bit") {
  check_property("determinism", [] {
    Scenario scenario = random_scenario();
    scenario.engine = one_of({EngineKind::simgrid, EngineKind::fluid});
    const Cluster cluster = build_cluster(scenario);
    const RoutedStep first_step = route_step(scenario, cluster, {});
    const RoutedStep second_step = route_step(scenario, cluster, {});
    RC_ASSERT(first_step.routed->routing.expert == second_step.routed->routing.expert);
    const auto first = simulate(scenario, cluster, first_step, every_pattern, {.parallel = 2, .check = true});
    const auto second =
        simulate(scenario, cluster, second_step, every_pattern, {.parallel = 1, .check = true});
    for (std::size_t i = 0; i < first.size(); ++i) {
      const auto a = first[i].timeline.finished();
      const auto b = second[i].timeline.finished();
      RC_ASSERT(std::vector(a.begin(), a.end()) == std::vector(b.begin(), b.end()));
    }
  });
}
