#include "analysis/estimate/memory_estimate.hpp"

#include <doctest/doctest.h>

#include "platforms/error.hpp"
#include "platforms/system/machine.hpp"
#include "sim/patterns/hierarchical.hpp"
#include "tests/support/platforms.hpp"
#include "tests/unit/analysis_fixture.hpp"

using namespace epsim;

namespace {

Scenario on_star(int devices) {
  Scenario scenario;
  scenario.platform.topology = star_of(devices, 50e9, 2e-6);
  scenario.direct_traffic = Matrix<Bytes>(devices, devices, 1);
  return scenario;
}

double estimate(const Scenario& scenario, std::initializer_list<PatternKind> patterns, int parallel = 1) {
  return estimate_memory(scenario, std::vector<PatternKind>(patterns), parallel).total();
}

}  // namespace

TEST_CASE("memory: the engine that runs is the one that is counted") {
  const std::vector<PatternKind> patterns = {PatternKind::all_to_all};
  Scenario scenario = on_star(256);
  const double simgrid = estimate_memory(scenario, patterns, 1).engine;
  scenario.engine = EngineKind::fluid;
  CHECK(estimate_memory(scenario, patterns, 1).engine < simgrid / 2);
  // 4,096 devices in four chunks fit into a few GB with the fluid engine.
  Scenario large = slow_scenario();
  large.platform.topology = rails({{"nodes", 512}});
  large.engine = EngineKind::fluid;
  large.expert_parallel.expert_parallel_size = 4096;
  large.patterns.of<HierarchicalOptions>().chunks = 4;
  CHECK(estimate_memory(large, std::vector<PatternKind>{PatternKind::hierarchical}, 1).total() < 12e9);
}

TEST_CASE("memory: grows with ranks and tokens and chunks and children") {
  CHECK(estimate(on_star(64), {PatternKind::ring}) < estimate(on_star(65), {PatternKind::ring}));
  Scenario scenario = slow_scenario();
  scenario.platform.topology = rails({{"nodes", 2}, {"devices_per_node", 2}});
  const double before = estimate(scenario, {PatternKind::hierarchical});
  scenario.patterns.of<HierarchicalOptions>().chunks *= 2;
  const double chunked = estimate(scenario, {PatternKind::hierarchical});
  CHECK(chunked > before);
  scenario.workload.tokens_per_device.front() += 1000;
  CHECK(estimate(scenario, {PatternKind::hierarchical}) == chunked + 1000.0 * 2 * 12);
  const auto both = {PatternKind::all_to_all, PatternKind::point_to_point};
  CHECK(estimate(on_star(64), both, 2) > estimate(on_star(64), both, 1));
  CHECK(estimate(on_star(64), both, 3) == estimate(on_star(64), both, 2));
}

TEST_CASE("memory: an estimate without simulation holds one schedule, no timeline and no engine") {
  const std::vector<PatternKind> one = {PatternKind::all_to_all};
  const std::vector<PatternKind> two = {PatternKind::all_to_all, PatternKind::all_to_all};
  const Scenario scenario = on_star(256);
  const MemoryEstimate alone = estimate_memory_unsimulated(scenario, one);
  CHECK(estimate_memory_unsimulated(scenario, two).total() == alone.total());
  CHECK(alone.engine == 0);
  CHECK(alone.schedules < estimate_memory(scenario, one, 1).schedules);
}

TEST_CASE("memory: where experts move, a second placement's schedules count") {
  Scenario scenario = slow_scenario();
  const std::vector<PatternKind> one = {PatternKind::all_to_all};
  const double still = estimate_memory(scenario, one, 1).schedules;
  scenario.expert_parallel.load_balancing = LoadBalancing::dynamic;
  CHECK(estimate_memory(scenario, one, 1).schedules == 2 * still);
}

TEST_CASE("memory: what does not fit is refused with the figures") {
  const MemoryEstimate needs{1e9, 2e9, 3e9, 0};
  CHECK_NOTHROW(check_memory(needs, 6e9));
  CHECK_NOTHROW(check_memory(needs, 0));  // unknown
  try {
    check_memory(needs, 5e9);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == Error::Kind::input);
    CHECK(std::string(error.what()).find("6.00 GB of memory") != std::string::npos);
    CHECK(std::string(error.what()).find("5.00 GB") != std::string::npos);
  }
  CHECK(physical_memory() > 1e8);
}
