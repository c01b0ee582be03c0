#include "sim/placement/placement.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

#include "platforms/indexing.hpp"
#include "sim/replica_choice.hpp"
#include "sim/simulate.hpp"
#include "tests/support/fixtures.hpp"
#include "tests/support/platforms.hpp"

namespace epsim {

namespace {

/// Every token selects the same experts, one or two.
TokenRouting same_for_all(std::vector<std::int64_t> first_token, const std::vector<std::int32_t>& experts,
                          int num_experts) {
  TokenRouting routing;
  routing.num_experts = num_experts;
  routing.top_k = static_cast<int>(experts.size());
  routing.first_token = std::move(first_token);
  for (std::int64_t token = 0; token < routing.tokens(); ++token)
    routing.expert.insert(routing.expert.end(), experts.begin(), experts.end());
  return routing;
}

/// 2 nodes of 2 ranks, 2 slots each; expert 0 in slots 0, 2 and 4, expert 1 in 1 and 6, the others once.
const ExpertPlacement replicated{2, {0, 1, 0, 2, 0, 3, 1, 4}};

}  // namespace

TEST_CASE("the nearest replica is the home rank's and then the node's and then anyone's in turn") {
  const Cluster cluster = two_nodes_of_two();
  const TokenRouting routing = same_for_all({0, 2, 4, 6, 8}, {0, 1}, 5);
  const auto slots = choose_slots(routing, replicated, cluster.group, ReplicaChoice::nearest, 0);
  // Rank 0 has 0 and 1 itself; rank 1 has 0, and 1 is its neighbour's; rank 2 has 0, and 1 is rank 3's; rank
  // 3 finds 0 in its node on rank 2 and has 1.
  CHECK(slots == std::vector<std::int32_t>{0, 1, 0, 1, 2, 1, 2, 1, 4, 6, 4, 6, 4, 6, 4, 6});
}

TEST_CASE("equally near replicas take turns from the home's own number") {
  const Cluster cluster = two_nodes_of_two();
  // Expert 0 twice on node 0 alone: for ranks 2 and 3 both are equally far.
  const ExpertPlacement placement{2, {0, 1, 0, 2, 3, 4, 5, 6}};
  const TokenRouting routing = same_for_all({0, 0, 0, 3, 6}, {0}, 7);
  const auto slots = choose_slots(routing, placement, cluster.group, ReplicaChoice::nearest, 0);
  CHECK(slots == std::vector<std::int32_t>{0, 2, 0, 2, 0, 2});
}

TEST_CASE("round_robin and random use all replicas evenly and dropped selections none") {
  const Cluster cluster = two_nodes_of_two();
  TokenRouting routing = same_for_all({0, 3000, 3000, 3000, 3000}, {0, 1}, 5);
  routing.expert[1] = dropped_selection;
  for (const ReplicaChoice choice : {ReplicaChoice::round_robin, ReplicaChoice::random}) {
    const auto slots = choose_slots(routing, replicated, cluster.group, choice, 7);
    CHECK(slots[1] == -1);
    for (const std::int32_t slot : {0, 2, 4})  // random: 1000 +- 26
      CHECK(std::abs(std::ranges::count(slots, slot) - 1000) <= (choice == ReplicaChoice::random ? 104 : 0));
  }
}

TEST_CASE("first replicas are on other ranks than the originals and the ranks carry the same") {
  const Topology topology = build_topology({.topology = rails({{"nodes", 4}})});
  for (const int ranks : {2, 4, 8, 32})
    for (const int own : {1, 3, 4, 8})
      for (int spare = 1; spare <= std::min(own, ranks - 1); ++spare)
        for (const int groups : {1, 4}) {
          ExpertParallel experts;
          experts.expert_parallel_size = ranks;
          experts.num_experts = ranks * own;
          experts.redundant_experts = ranks * spare;
          experts.experts_per_device = own + spare;
          experts.expert_groups = groups;
          const Group group = make_group(topology, ranks);
          const ExpertPlacement placement = first_placement(experts, group);
          REQUIRE(placement.slots() == ranks * (own + spare));
          const auto slots = slots_of_experts(placement, experts.num_experts);
          std::vector<double> load(static_cast<std::size_t>(ranks));
          for (const std::vector<int>& copies : slots) {
            REQUIRE(!copies.empty());
            std::set<int> places;
            for (const int slot : copies) {
              places.insert(placement.rank_of_slot(slot));
              load[at(placement.rank_of_slot(slot))] += 1.0 / static_cast<double>(copies.size());
            }
            CHECK(places.size() == copies.size());
          }
          for (const double one : load) CHECK(one == doctest::Approx(own));
        }
}

TEST_CASE("first replicas with sizes that do not divide: every slot has an expert and every expert a slot") {
  for (int experts = 1; experts <= 9; ++experts)
    for (int per_device = 1; per_device <= 4; ++per_device) {
      ExpertParallel rule;
      rule.num_experts = experts;
      rule.experts_per_device = per_device;
      rule.redundant_experts = 4 * per_device - experts;
      if (rule.redundant_experts < 0) continue;
      const ExpertPlacement placement = first_placement(rule, two_nodes_of_two().group);
      REQUIRE(placement.slots() == 4 * per_device);
      for (const auto& slots : slots_of_experts(placement, experts)) CHECK(!slots.empty());
    }
}

TEST_CASE("the static placement has no replicas") {
  ExpertParallel experts;  // 8 experts on 4 devices
  experts.experts_per_device = 3;
  experts.redundant_experts = 4;
  const Group group = two_nodes_of_two().group;
  CHECK(static_placement(experts, group) == ExpertPlacement{2, {0, 1, 2, 3, 4, 5, 6, 7}});
  experts.num_experts = 7;  // cannot be dealt evenly without
  experts.redundant_experts = 5;
  CHECK(static_placement(experts, group) == first_placement(experts, group));
}

TEST_CASE("redundant experts are first copies of each rank's first experts") {
  ExpertParallel experts;  // 8 experts on 4 devices
  experts.experts_per_device = 3;
  experts.redundant_experts = 4;
  const ExpertPlacement placement = first_placement(experts, two_nodes_of_two().group);
  REQUIRE(placement.slots() == 12);
  const auto slots = slots_of_experts(placement, 8);
  for (std::size_t e = 0; e < 8; ++e) CHECK(slots[e].size() == (e % 2 == 0 ? 2 : 1));
  CHECK(placement.expert_of_slot == std::vector<std::int32_t>{0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 0});
}

TEST_CASE("a plan for several nodes keeps a group of experts on one of them") {
  ExpertParallel experts;  // 8 experts on 4 devices, 4 groups of 2
  experts.expert_groups = 4;
  const std::vector<double> loads = {9, 1, 1, 2, 3, 4, 1, 1};
  const ExpertPlacement placement = plan_placement(experts, two_nodes_of_two().group, loads);
  const auto slots = slots_of_experts(placement, 8);
  for (std::size_t first = 0; first < 8; first += 2) CHECK(slots[first][0] / 4 == slots[first + 1][0] / 4);
}

TEST_CASE("experts move from the nearest rank that had them") {
  const Cluster cluster = two_nodes_of_two();
  const ExpertPlacement before{2, {0, 1, 2, 3, 4, 5, 6, 0}};  // expert 0 on ranks 0 and 3
  // Rank 0 keeps 0 and 1. Rank 1 gets 0, from rank 0, its node's; and 6, which rank 3 alone had. Rank 2 gets
  // 0, from rank 3. Rank 3 gets 2 once for its two slots.
  const ExpertPlacement after{2, {0, 1, 0, 6, 0, 4, 2, 2}};
  const Matrix<Bytes> bytes = migration(before, after, cluster.group, 10);
  Matrix<Bytes> expected(4, 4);
  expected(0, 1) = 10;
  expected(3, 1) = 10;
  expected(3, 2) = 10;
  expected(1, 3) = 10;
  CHECK((bytes == expected));
}

TEST_CASE("dynamic plans a placement from the average of the loads every interval") {
  Scenario scenario;
  scenario.model.hidden = 4;
  scenario.model.expert_intermediate = 5;
  ExpertParallel& experts = scenario.expert_parallel;
  experts.load_balancing = LoadBalancing::dynamic;
  experts.experts_per_device = 3;
  experts.redundant_experts = 4;
  experts.rebalance_interval = 2;
  experts.use_auxiliary_loss = false;
  scenario.workload.tokens_per_device = std::vector<int>(4, 500);
  scenario.workload.skew = 1;
  scenario.workload.steps = 5;
  scenario.payload.dispatch_bytes_per_copy = scenario.payload.combine_bytes_per_copy = 8;
  const Cluster cluster = two_nodes_of_two();
  RouterState state;
  std::vector<RoutedStep> steps;
  for (int step = 0; step < 4; ++step) {
    steps.push_back(route_step(scenario, cluster, state));
    state = steps.back().routed->next;
  }
  CHECK_FALSE(steps[1].moved.has_value());
  CHECK(steps[1].placement == steps[0].placement);
  REQUIRE(steps[2].moved.has_value());
  CHECK(steps[3].placement == steps[2].placement);
  // The average of two steps' loads, with weight 2 / (2 + 1) for the second.
  std::vector<double> average;
  for (std::size_t e = 0; e < 8; ++e)
    average.push_back(static_cast<double>(steps[0].routed->report.expert_selections[e]) / 3 +
                      static_cast<double>(steps[1].routed->report.expert_selections[e]) * 2 / 3);
  for (std::size_t e = 0; e < 8; ++e)
    CHECK(steps[1].routed->next.average_load[e] == doctest::Approx(average[e]).epsilon(1e-12));
  CHECK(steps[2].placement == plan_placement(experts, cluster.group, steps[1].routed->next.average_load));
  // Whole experts of 3 * 4 * 5 values of two bytes move, and nothing on the same rank.
  for (Rank source = 0; source < 4; ++source) {
    CHECK((*steps[2].moved)(source, source) == 0);
    for (Rank destination = 0; destination < 4; ++destination)
      CHECK((*steps[2].moved)(source, destination) % 120 == 0);
  }
  // Alone on the network, and so at least the busiest sender's bytes over its two ports.
  CHECK(moving_seconds(scenario, cluster, steps[2]) > 0);
  const RoutedStep elsewhere = placed_elsewhere(scenario, cluster, steps[2], steps[0].placement);
  CHECK(elsewhere.routed->routing.expert == steps[2].routed->routing.expert);
  CHECK(elsewhere.placement == steps[0].placement);
}

}  // namespace epsim
