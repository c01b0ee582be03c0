#include "scenarios/sweep/plan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "platforms/error.hpp"
#include "tests/support/property.hpp"
#include "tests/support/sweeps.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

std::vector<std::size_t> all_of(const std::vector<PlannedPoint>& points) {
  std::vector<std::size_t> all(points.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

/// A point with that routing (one byte) and cost.
PlannedPoint point(std::uint8_t routing, double seconds) {
  PlannedPoint planned;
  planned.routing[0] = routing;
  planned.seconds = seconds;
  return planned;
}

}  // namespace

TEST_CASE("points that differ in the network only share their routing") {
  const std::vector<PlannedPoint> points = plan_points(sweep_of(small_sweep()), false);
  REQUIRE(points.size() == 6);  // 100GBps with 8, 16, 32 tokens, then 200GBps
  CHECK(points[0].routing == points[3].routing);
  CHECK(points[0].routing != points[1].routing);
  CHECK(points[0].identity != points[3].identity);
  CHECK(points[0].seconds < points[2].seconds);
}

TEST_CASE("what changes the routed traffic changes the routing identity") {
  const auto routing = [](const std::string& pointer, const json& value) {
    json document = small_sweep();
    document["grid"] = {{pointer, {value}}};
    return plan_points(sweep_of(document), false).front().routing;
  };
  const Identity base = routing("/barriers", false);
  CHECK(routing("/barriers", true) == base);
  CHECK(routing("/transport", "nccl") == base);
  CHECK(routing("/platform/scale_up_latency", "9us") == base);
  CHECK(routing("/platform/nic_bandwidth", "9GBps") == base);
  CHECK(routing("/platform/nics_per_device", 2) == base);
  CHECK(routing("/platform/spines", 3) == base);
  CHECK(routing("/platform/oversubscription", 2) == base);
  CHECK(routing("/patterns/ring/bidirectional", true) == base);
  CHECK(routing("/expert_parallel/communication_pattern", "ring") == base);
  CHECK(routing("/workload/seed", 2) != base);
  CHECK(routing("/workload/steps", 2) != base);
  CHECK(routing("/payload/dispatch", "fp8") != base);
  CHECK(routing("/model/hidden", 64) != base);
  CHECK(routing("/expert_parallel/top_k", 3) != base);
  CHECK(routing("/platform/devices_per_node", 4) != base);
}

TEST_CASE("texts for people do not make another point") {
  json document = small_sweep();
  const Identity plain = plan_points(sweep_of(document), false).front().identity;
  document["base"]["name"] = "another name";
  document["base"]["question"] = "why?";
  CHECK(plan_points(sweep_of(document), false).front().identity == plain);
  document["patterns"] = {"ring"};
  CHECK(plan_points(sweep_of(document), false).front().identity != plain);
}

TEST_CASE("where drops points by swept and by resolved values") {
  json document = small_sweep();
  document["where"] = {"/workload/tokens_per_device <= 16", "/platform/scale_up_bandwidth != \"200GBps\""};
  const std::vector<PlannedPoint> points = plan_points(sweep_of(document), false);
  REQUIRE(points.size() == 2);
  CHECK(points[0].combination == 0);
  CHECK(points[1].combination == 1);
  document["where"] = {"/expert_parallel/expert_parallel_size * /workload/tokens_per_device >= 128"};
  CHECK(plan_points(sweep_of(document), false).size() == 4);  // 8 ranks x 16 or 32
  document["where"] = {"/workload/tokens_per_device > 32"};
  CHECK_THROWS_WITH_AS(static_cast<void>(plan_points(sweep_of(document), false)),
                       doctest::Contains("none of the 6 combinations is left"), Error);
}

TEST_CASE("a combination that is no scenario is a point with an error") {
  json document = small_sweep();
  document["grid"]["/expert_parallel/experts_per_device"] = {1, 3};
  const std::vector<PlannedPoint> points = plan_points(sweep_of(document), false);
  CHECK(points[0].error == "");
  CHECK_MESSAGE(points[6].error.find("/expert_parallel/experts_per_device") != std::string::npos,
                points[6].error);
  document["grid"]["/expert_parallel/experts_per_device"] = {3};
  CHECK_THROWS_WITH_AS(static_cast<void>(plan_points(sweep_of(document), false)),
                       doctest::Contains("none of the 6 points is a scenario"), Error);
}

TEST_CASE("more than a million combinations are counted and refused") {
  json document = small_sweep();
  json values = json::array();
  for (int i = 1; i <= 1000; ++i) values.push_back(i);
  document["grid"] = {{"/workload/tokens_per_device", values}, {"/workload/embedding_dim", values}};
  document["seeds"] = 2;
  CHECK_THROWS_WITH_AS(static_cast<void>(plan_points(sweep_of(document), false)),
                       doctest::Contains("2000000 combinations"), Error);
}

TEST_CASE("the most expensive group runs first and its most expensive point first") {
  // groups: a {1 s, 5 s}, b {3 s, 4 s}; one point without a scenario
  std::vector<PlannedPoint> points = {point('a', 1), point('b', 3), point('a', 5), point('b', 4),
                                      point('c', 9)};
  points[4].error = "no scenario";
  CHECK(running_order(points, all_of(points)) == std::vector<std::size_t>{2, 0, 3, 1});
  // Ties by number.
  points = {point('b', 1), point('a', 1), point('b', 1), point('a', 1)};
  CHECK(running_order(points, all_of(points)) == std::vector<std::size_t>{0, 2, 1, 3});
}

TEST_CASE("shards part the points") {
  check_property("every point is in one shard", [] {
    std::vector<PlannedPoint> points;
    for (int i = between(1, 40); i > 0; --i) {
      points.push_back(point(static_cast<std::uint8_t>(between(0, 5)), between(1, 9)));
      if (between(0, 4) == 0) points.back().error = "no scenario";
    }
    const int count = between(1, 8);
    std::vector<std::size_t> together;
    std::vector<double> seconds;
    for (int index = 1; index <= count; ++index) {
      const std::vector<std::size_t> shard = shard_of(points, index, count);
      together.insert(together.end(), shard.begin(), shard.end());
      seconds.push_back(0);
      for (const std::size_t i : running_order(points, shard)) seconds.back() += points[i].seconds;
    }
    std::sort(together.begin(), together.end());
    RC_ASSERT(together == all_of(points));
    // A shard was the cheapest when it got its last piece, of at most 1 + 40 / 4 / count points of 9 s.
    const auto [least, most] = std::minmax_element(seconds.begin(), seconds.end());
    RC_ASSERT(*most - *least <= 9 * (1 + 10 / count));
  });
}

TEST_CASE("shards keep points together that share their routing") {
  // 8 groups of 2 points and 4 shards: 2 whole groups each.
  std::vector<PlannedPoint> points;
  for (int i = 0; i < 16; ++i) points.push_back(point(static_cast<std::uint8_t>(i / 2), 1));
  for (int index = 1; index <= 4; ++index) {
    std::set<Identity> routings;
    const std::vector<std::size_t> shard = shard_of(points, index, 4);
    for (const std::size_t i : shard) routings.insert(points[i].routing);
    CHECK(shard.size() == 4);
    CHECK(routings.size() == 2);
  }
  // One group is cut, so that every shard has work.
  points.assign(16, point(1, 1));
  for (int index = 1; index <= 4; ++index) CHECK(shard_of(points, index, 4).size() == 4);
}
