#include "analysis/memory_estimate.hpp"

#include <doctest/doctest.h>

#include "platforms/error.hpp"
#include "tests/unit/analysis_fixture.hpp"

using namespace epsim;

namespace {

Scenario star_of(int devices) {
  Scenario scenario;
  scenario.platform.fabric = StarSpec{devices, 50e9, 2e-6};
  scenario.direct_traffic = Matrix<Bytes>(devices, devices, 1);
  return scenario;
}

double estimate(const Scenario& scenario, std::initializer_list<PatternKind> patterns, int parallel = 1) {
  return estimate_memory(scenario, std::vector<PatternKind>(patterns), parallel).total();
}

}  // namespace

TEST_CASE("memory: an exchange of all pairs is counted pair by pair") {
  const std::vector<PatternKind> patterns = {PatternKind::all_to_all};
  const MemoryEstimate estimate = estimate_memory(star_of(100), patterns, 1);
  // 100 x 99 pairs: a step of 294 bytes and a route of 56 each, 250 in SimGrid; there 1700 for every transfer
  // in flight, 8 on each of two streams per rank; four matrices.
  CHECK(estimate.schedules == 9900 * (294 + 56));
  CHECK(estimate.engine == 9900 * 250 + 100 * 2 * 8 * 1700);
  CHECK(estimate.routing == 4 * 8 * 100 * 100);
}

TEST_CASE("memory: without a window every transfer may be in flight") {
  Scenario scenario = star_of(100);
  scenario.patterns.all_to_all.window = 0;
  const std::vector<PatternKind> patterns = {PatternKind::all_to_all};
  CHECK(estimate_memory(scenario, patterns, 1).engine == 9900 * (250 + 1700));
}

TEST_CASE("memory: hierarchical counts what crosses and what is forwarded by chunk") {
  Scenario scenario = slow_scenario();
  scenario.platform.fabric = RailOptimizedSpec{.nodes = 2, .devices_per_node = 2};
  scenario.patterns.hierarchical.chunks = 8;
  const std::vector<PatternKind> patterns = {PatternKind::hierarchical};
  // 4 ranks: 8 chunks to the other node, 8 forwarded to the neighbour, 1 straight to it; twice, and 4
  // experts.
  CHECK(estimate_memory(scenario, patterns, 1).schedules == (4 * 17 * 2 + 4) * 294 + 4 * 2 * 56);
}

TEST_CASE("memory: grows with ranks and tokens and chunks and children") {
  CHECK(estimate(star_of(64), {PatternKind::ring}) < estimate(star_of(65), {PatternKind::ring}));
  Scenario scenario = slow_scenario();
  scenario.platform.fabric = RailOptimizedSpec{.nodes = 2, .devices_per_node = 2};
  const double before = estimate(scenario, {PatternKind::hierarchical});
  scenario.patterns.hierarchical.chunks *= 2;
  const double chunked = estimate(scenario, {PatternKind::hierarchical});
  CHECK(chunked > before);
  scenario.workload.tokens_per_device.front() += 1000;
  CHECK(estimate(scenario, {PatternKind::hierarchical}) == chunked + 1000.0 * 2 * 12);
  const auto both = {PatternKind::all_to_all, PatternKind::point_to_point};
  CHECK(estimate(star_of(64), both, 2) > estimate(star_of(64), both, 1));
  CHECK(estimate(star_of(64), both, 3) == estimate(star_of(64), both, 2));
}

TEST_CASE("memory: what does not fit is refused with the figures") {
  const MemoryEstimate needs{1e9, 2e9, 3e9};
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
