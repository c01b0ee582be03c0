#include "platforms/rank_order.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "platforms/error.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "sim/placement/placement.hpp"
#include "sim/routed_step.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

/// A rack of three devices, one of two, one of four.
const std::vector<NodeId> racks = {0, 0, 0, 1, 1, 2, 2, 2, 2};

std::vector<DeviceId> placed(RankOrder order, int ranks) {
  return devices_of_ranks({order, {}}, racks, ranks);
}

std::string error_of(const json& platform, const json& others = json::object()) {
  json document = {{"platform", platform}};
  document.update(others);
  try {
    static_cast<void>(parse_scenario(document, "."));
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("ranks: contiguous - strided over all nodes - balanced over the nodes that are needed") {
  CHECK(placed(RankOrder::contiguous, 4) == std::vector<DeviceId>{0, 1, 2, 3});
  CHECK(placed(RankOrder::strided, 5) == std::vector<DeviceId>{0, 3, 5, 1, 4});
  CHECK(placed(RankOrder::strided, 9) == std::vector<DeviceId>{0, 3, 5, 1, 4, 6, 2, 7, 8});
  // Two nodes have five places: two and two, not three and one.
  CHECK(placed(RankOrder::balanced, 4) == std::vector<DeviceId>{0, 1, 3, 4});
  CHECK(placed(RankOrder::balanced, 3) == std::vector<DeviceId>{0, 1, 2});
  // Seven need all three; the second has room for two.
  CHECK(placed(RankOrder::balanced, 7) == std::vector<DeviceId>{0, 1, 2, 3, 4, 5, 6});
  CHECK(placed(RankOrder::balanced, 9).size() == 9);
  CHECK(devices_of_ranks({RankOrder::listed, {8, 0}}, racks, 2) == std::vector<DeviceId>{8, 0});
}

TEST_CASE("ranks: EP128 on two NVL72 racks is 64 + 64 unless it is asked for otherwise") {
  const auto ranks_per_node = [](const json& ranks) {
    json platform = {{"preset", "gb200_nvl72"}, {"nodes", 2}};
    if (!ranks.is_null()) platform["ranks"] = ranks;
    const Scenario scenario = parse_scenario(
        {{"platform", platform}, {"expert_parallel", {{"num_experts", 256}, {"expert_parallel_size", 128}}}},
        ".");
    const Cluster cluster = build_cluster(scenario);
    std::vector<std::size_t> sizes;
    for (const auto& of_node : cluster.group.ranks_of_node) sizes.push_back(of_node.size());
    return sizes;
  };
  CHECK(ranks_per_node({}) == std::vector<std::size_t>{64, 64});
  CHECK(ranks_per_node("contiguous") == std::vector<std::size_t>{72, 56});
  CHECK(ranks_per_node("strided") == std::vector<std::size_t>{64, 64});
}

TEST_CASE("ranks: a node's ranks stand in the order of its devices, so that equal places share a rail") {
  const Topology topology(std::vector<NodeId>{0, 0, 1, 1});
  const Group group = make_group(topology, std::vector<DeviceId>{3, 1, 2, 0});
  CHECK(group.ranks_of_node == std::vector<std::vector<Rank>>{{2, 0}, {3, 1}});
  CHECK(group.local_index == std::vector<int>{1, 1, 0, 0});
  CHECK(group.ranks_by_node() == std::vector<Rank>{2, 0, 3, 1});
}

TEST_CASE("ranks: groups of experts stay on nodes wherever the ranks sit") {
  const Topology topology(std::vector<NodeId>{0, 0, 1, 1});
  const Group group = make_group(topology, std::vector<DeviceId>{0, 2, 1, 3});  // strided
  ExpertParallel experts;
  experts.num_experts = 8;
  experts.experts_per_device = 2;
  experts.expert_parallel_size = 4;
  experts.expert_groups = 2;
  // Experts 0 to 3 on node 0, which has ranks 0 and 2.
  CHECK(first_placement(experts, group).expert_of_slot == std::vector<std::int32_t>{0, 1, 4, 5, 2, 3, 6, 7});
  const std::vector<double> loads = {1, 1, 1, 1, 1, 1, 1, 1};
  const ExpertPlacement planned = plan_placement(experts, group, loads);
  for (const Rank rank : {0, 2})
    for (int slot = 2 * rank; slot < 2 * rank + 2; ++slot)
      CHECK(planned.expert_of_slot[static_cast<std::size_t>(slot)] / 4 == planned.expert_of_slot[0] / 4);
}

TEST_CASE("ranks: errors") {
  const json star = {{"topology", "star"}, {"devices", 4}};
  const auto with = [&](const json& ranks) {
    json platform = star;
    platform["ranks"] = ranks;
    return platform;
  };
  CHECK(error_of(with("stridet")).find("did you mean \"strided\"?") != std::string::npos);
  CHECK(error_of(with({0, 1, 1})) ==
        "/platform/ranks: device 1 is listed twice; list each device at most once");
  CHECK(error_of(with({0, 4})) == "/platform/ranks: there is no device 4 for rank 1; give 0 to 3");
  CHECK(error_of(with({0, "d1"})) ==
        "/platform/ranks/1: found the string \"d1\", not an integer; give 0 to 65535");
  CHECK(error_of(with({3, 1}), {{"expert_parallel", {{"expert_parallel_size", 4}}}}) ==
        "/expert_parallel/expert_parallel_size: 4 is not the number of devices that /platform/ranks lists, "
        "2; list a "
        "device for each rank");
  CHECK(error_of(with({3, 1}), {{"expert_parallel", {{"num_experts", 8}}}}) == "accepted");
  CHECK(error_of(with({3, 1}), {{"traffic", {{"uniform_bytes_per_pair", 1}}}}) == "accepted");
}
