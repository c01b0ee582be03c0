// The schedules of every pattern, as text, against the files beside this one. After an intended change:
// EPSIM_UPDATE_GOLDEN=1 build/tests/golden_tests, then read the difference.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "sim/layer.hpp"
#include "sim/patterns/all_to_all.hpp"
#include "sim/patterns/hierarchical.hpp"
#include "sim/patterns/point_to_point.hpp"
#include "sim/patterns/ring.hpp"
#include "sim/placement/placement.hpp"
#include "sim/schedule/check.hpp"
#include "sim/schedule/text.hpp"
#include "sim/simulate.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/platforms.hpp"

using namespace epsim;

namespace {

/// Two nodes of two devices, two experts each. Device 0 has tokens for many, device 3 for one; uneven on
/// purpose.
struct SmallSkewed {
  Scenario scenario;
  Cluster cluster;
  Traffic traffic;

  SmallSkewed() : scenario(make_scenario()), cluster(build_cluster(scenario)) {
    // (token, expert) by home rank; experts 0 1 | 2 3 | 4 5 | 6 7 on devices 0 | 1 | 2 | 3.
    TokenRouting routing;
    routing.num_experts = 8;
    routing.top_k = 2;
    routing.first_token = {0, 3, 4, 5, 6};
    routing.expert = {0, 2, 4, 6, 6, 7, 3, 5, 4, 5, 0, dropped_selection};
    routing.weight.assign(routing.expert.size(), 0.5F);
    traffic = traffic_of(routing, first_placement(scenario.expert_parallel, cluster.group), cluster.group,
                         scenario.payload);
  }

  static Scenario make_scenario() {
    TopologySpec spec = rails();
    spec["nodes"] = 2;
    spec["devices_per_node"] = 2;
    Scenario scenario;
    scenario.platform.topology = spec;
    scenario.workload.tokens_per_device = {3, 1, 1, 1};
    scenario.payload.dispatch_bytes_per_copy = 100;
    scenario.payload.combine_bytes_per_copy = 200;
    scenario.expert_parallel.routing_strategy = RoutingStrategy::random;  // no gate to compute
    scenario.platform.device = {"unit", 1e12, 0, 1e12, 1, 1, 1};
    scenario.model.hidden = 1;
    scenario.model.expert_intermediate = 1;
    scenario.patterns.of<HierarchicalOptions>().chunks = 2;
    return scenario;
  }
};

void check_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(EPSIM_SOURCE_DIR) + "/tests/golden/" + name + ".txt";
  if (std::getenv("EPSIM_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  REQUIRE_MESSAGE(file, path << " is missing; make it with EPSIM_UPDATE_GOLDEN=1");
  std::stringstream expected;
  expected << file.rdbuf();
  CHECK(text == expected.str());
}

std::string schedule_text(const SmallSkewed& small, PatternKind pattern) {
  const LayerSchedule layer = build_layer(small.scenario, pattern, small.cluster.group, small.traffic);
  check_schedule(layer.schedule, small.cluster.group, small.traffic, layer.exchanges);
  return to_text(layer.schedule);
}

}  // namespace

TEST_CASE("golden: all_to_all direct") {
  check_golden("all_to_all_direct", schedule_text({}, PatternKind::all_to_all));
}

TEST_CASE("golden: all_to_all pairwise with device deduplication") {
  SmallSkewed small;
  small.scenario.patterns.of<AllToAllOptions>().algorithm = AllToAllOptions::Algorithm::pairwise;
  small.scenario.patterns.of<AllToAllOptions>().deduplicate = Deduplication::device;
  check_golden("all_to_all_pairwise", schedule_text(small, PatternKind::all_to_all));
}

TEST_CASE("golden: point_to_point per expert") {
  check_golden("point_to_point_expert", schedule_text({}, PatternKind::point_to_point));
}

TEST_CASE("golden: point_to_point per device") {
  SmallSkewed small;
  small.scenario.patterns.of<PointToPointOptions>().granularity = PointToPointOptions::Granularity::device;
  check_golden("point_to_point_device", schedule_text(small, PatternKind::point_to_point));
}

TEST_CASE("golden: hierarchical") {
  check_golden("hierarchical", schedule_text({}, PatternKind::hierarchical));
}

TEST_CASE("golden: ring") {
  check_golden("ring", schedule_text({}, PatternKind::ring));
}

TEST_CASE("golden: ring both ways") {
  SmallSkewed small;
  small.scenario.patterns.of<RingOptions>().bidirectional = true;
  check_golden("ring_bidirectional", schedule_text(small, PatternKind::ring));
}
