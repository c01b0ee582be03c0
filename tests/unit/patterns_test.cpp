// Who sends what to whom, in which order and after what, worked out by hand on a few devices.
#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <tuple>
#include <vector>

#include "sim/patterns/all_to_all.hpp"
#include "sim/patterns/common.hpp"
#include "sim/patterns/hierarchical.hpp"
#include "sim/patterns/point_to_point.hpp"
#include "sim/patterns/ring.hpp"
#include "sim/schedule/text.hpp"
#include "tests/support/fixtures.hpp"

using namespace epsim;

namespace {

using Lines = std::vector<std::string>;

struct Owed {
  Rank source;
  Rank destination;
  Bytes bytes;
};

Traffic matrix_of(const Group& group, std::initializer_list<Owed> owed) {
  Matrix<Bytes> bytes(group.size(), group.size());
  for (const Owed& entry : owed) bytes(entry.source, entry.destination) = entry.bytes;
  return build_traffic(bytes, group);
}

/// The schedule's operations as text, without what every line repeats.
Lines ops_of(const Schedule& schedule) {
  const std::string text = to_text(schedule);
  Lines lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.rfind("op ", 0) == 0) lines.push_back(line.substr(3));
  }
  return lines;
}

/// An exchange whose sources are ready after operations 0, 1, ...: one computation for each rank.
struct Appended {
  Schedule schedule;
  DataOps arrived;
};
Appended append(const Cluster& cluster, const Traffic& traffic, Phase phase, PatternKind kind,
                const PatternOptions& options) {
  Appended appended;
  const PartId part = appended.schedule.add_part({.phase = Phase::gate});
  OpLists lists;
  for (Rank rank = 0; rank < cluster.group.size(); ++rank)
    lists.push_back({appended.schedule.add_computation(
        part, appended.schedule.stream(cluster.group.device(rank), StreamKind::compute), 1, {})});
  const DataOps ready = phase == Phase::combine ? DataOps{{}, lists} : DataOps{lists, {}};
  appended.arrived =
      pattern(kind).append(appended.schedule, Exchange(traffic, cluster.group, phase), options, ready);
  return appended;
}

Lines without_first(Lines lines, std::size_t count) {
  lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(count));
  return lines;
}

/// Two ranks with two slots each: selections of home 0 are {1, 0, 2, 3}, of home 1 {0, 4, 5, 0}; one token of
/// home 0 selected both slots of d1.
Traffic two_slots_each() {
  Traffic traffic;
  traffic.rank_of_slot = {0, 0, 1, 1};
  traffic.selections = Matrix<std::int64_t>(2, 4);
  traffic.selections(0, 0) = 1;
  traffic.selections(0, 2) = 2;
  traffic.selections(0, 3) = 3;
  traffic.selections(1, 1) = 4;
  traffic.selections(1, 2) = 5;
  traffic.device_copies = Matrix<std::int64_t>(2, 2);
  traffic.device_copies(0, 0) = 1;
  traffic.device_copies(0, 1) = 4;
  traffic.device_copies(1, 0) = 4;
  traffic.device_copies(1, 1) = 5;
  traffic.node_copies = Matrix<std::int64_t>(2, 1, 5);
  traffic.dispatch_bytes_per_copy = 100;
  traffic.combine_bytes_per_copy = 200;
  traffic.home_tokens.assign(static_cast<std::size_t>(traffic.ranks()), 1);
  return traffic;
}

}  // namespace

TEST_CASE("ranges: progressions modulo the group's size - others rank by rank") {
  CHECK(ranges_of(std::vector<Rank>{4, 5, 6}, 8) == std::vector<RankRange>{{4, 3, 1}});
  CHECK(ranges_of(std::vector<Rank>{5, 1}, 8) == std::vector<RankRange>{{5, 2, 4}});
  CHECK(ranges_of(std::vector<Rank>{6, 7, 0, 1}, 8) == std::vector<RankRange>{{6, 4, 1}});
  CHECK(ranges_of(std::vector<Rank>{3}, 8) == std::vector<RankRange>{{3, 1, 1}});
  CHECK(ranges_of(std::vector<Rank>{0, 1, 3}, 8) == std::vector<RankRange>{{0}, {1}, {3}});
  CHECK(ranges_of(std::vector<Rank>{}, 8).empty());
}

TEST_CASE("all_to_all direct: rotated order - scale-up inside a node and scale-out between nodes - joined") {
  const Cluster cluster = two_nodes_of_two();
  const Traffic traffic = uniform_traffic(cluster.group, 10);
  const Schedule schedule = layer_of(cluster.group, traffic, PatternKind::all_to_all).schedule;
  CHECK(ops_of(schedule) == Lines{
                                "0 part 0 d0.scale_up -> d1 10 B carries 0 x 1 chunks 0-1",
                                "1 part 0 d0.scale_out -> d2 10 B carries 0 x 2 chunks 0-1",
                                "2 part 0 d0.scale_out -> d3 10 B carries 0 x 3 chunks 0-1",
                                "3 part 0 d1.scale_out -> d2 10 B carries 1 x 2 chunks 0-1",
                                "4 part 0 d1.scale_out -> d3 10 B carries 1 x 3 chunks 0-1",
                                "5 part 0 d1.scale_up -> d0 10 B carries 1 x 0 chunks 0-1",
                                "6 part 0 d2.scale_up -> d3 10 B carries 2 x 3 chunks 0-1",
                                "7 part 0 d2.scale_out -> d0 10 B carries 2 x 0 chunks 0-1",
                                "8 part 0 d2.scale_out -> d1 10 B carries 2 x 1 chunks 0-1",
                                "9 part 0 d3.scale_out -> d0 10 B carries 3 x 0 chunks 0-1",
                                "10 part 0 d3.scale_out -> d1 10 B carries 3 x 1 chunks 0-1",
                                "11 part 0 d3.scale_up -> d2 10 B carries 3 x 2 chunks 0-1",
                                "12 part 0 join after 0 1 2 5 7 9",
                                "13 part 0 join after 0 3 4 5 8 10",
                                "14 part 0 join after 1 3 6 7 8 11",
                                "15 part 0 join after 2 4 6 9 10 11",
                            });
  for (const Stream& stream : schedule.streams()) CHECK(stream.window == 8);
}

TEST_CASE("all_to_all sends nothing for zero bytes nor to itself") {
  const Cluster cluster = two_devices();
  const Traffic traffic = matrix_of(cluster.group, {{0, 0, 5}, {0, 1, 7}, {1, 1, 5}});
  CHECK(ops_of(layer_of(cluster.group, traffic, PatternKind::all_to_all).schedule) ==
        Lines{"0 part 0 d0.scale_up -> d1 7 B carries 0 x 1 chunks 0-1"});
}

TEST_CASE("all_to_all pairwise: a round waits for both ranks' previous one - a first send for its gate") {
  // Round 1: 1->2 and 2->0 (0->1 is empty). Round 2: 0->2 is d0's first, so it follows gate 0; then what d0
  // and d2 had in round 1.
  const Cluster cluster = unlinked_nodes({3});
  const Traffic traffic = matrix_of(cluster.group, {{0, 2, 5}, {1, 2, 7}, {1, 0, 3}, {2, 0, 4}, {2, 1, 6}});
  PatternOptions options;
  options.of<AllToAllOptions>().algorithm = AllToAllOptions::Algorithm::pairwise;
  const Appended appended = append(cluster, traffic, Phase::dispatch, PatternKind::all_to_all, options);
  CHECK(without_first(ops_of(appended.schedule), 3) ==
        Lines{
            "3 part 1 d1.scale_up -> d2 7 B carries 1 x 2 chunks 0-1 after 1",
            "4 part 1 d2.scale_up -> d0 4 B carries 2 x 0 chunks 0-1 after 2",
            "5 part 1 d0.scale_up -> d2 5 B carries 0 x 2 chunks 0-1 after 0 4 3",
            "6 part 1 d1.scale_up -> d0 3 B carries 1 x 0 chunks 0-1 after 3 4",
            "7 part 1 d2.scale_up -> d1 6 B carries 2 x 1 chunks 0-1 after 3 4",
            "8 part 1 join after 0 4 5 6",
            "9 part 1 join after 1 3 6 7",
            "10 part 1 join after 2 3 4 5 7",
        });
  CHECK(appended.arrived.of_slot == OpLists{{8}, {9}, {10}});
  for (const Stream& stream : appended.schedule.streams()) CHECK(stream.window == 0);
}

TEST_CASE("all_to_all pairwise: a rank that was idle in a round has finished when its last transfer had") {
  // 0->1 in round 1, nothing in round 2, 1->0 in round 3.
  const Cluster cluster = four_device_star();
  const Traffic traffic = matrix_of(cluster.group, {{0, 1, 5}, {1, 0, 7}});
  PatternOptions options;
  options.of<AllToAllOptions>().algorithm = AllToAllOptions::Algorithm::pairwise;
  const Appended appended = append(cluster, traffic, Phase::dispatch, PatternKind::all_to_all, options);
  const Lines ops = without_first(ops_of(appended.schedule), 4);
  CHECK(ops[0] == "4 part 1 d0.scale_up -> d1 5 B carries 0 x 1 chunks 0-1 after 0");
  CHECK(ops[1] == "5 part 1 d1.scale_up -> d0 7 B carries 1 x 0 chunks 0-1 after 1 4");
}

TEST_CASE("all_to_all combine waits for all slots of a rank - its level is the option's") {
  const Cluster cluster = two_devices();
  PatternOptions options;
  options.of<AllToAllOptions>().deduplicate = Deduplication::device;
  // Operations 0 and 1 gates; 2 and 3 dispatch; 4 and 5 its end; 6..9 experts.
  const LayerSchedule layer = layer_of(cluster.group, two_slots_each(), PatternKind::all_to_all, options);
  CHECK(without_first(ops_of(layer.schedule), 10) ==
        Lines{
            "10 part 3 join after 6 7",
            "11 part 3 join after 8 9",
            "12 part 3 d0.scale_up -> d1 800 B carries 0 x 1 chunks 0-1 after 10",
            "13 part 3 d1.scale_up -> d0 800 B carries 1 x 0 chunks 0-1 after 11",
            "14 part 3 join after 10 12 13",
            "15 part 3 join after 11 12 13",
        });
  CHECK(layer.exchanges[1].arrived.of_rank == OpLists{{14}, {15}});
}

TEST_CASE("point_to_point expert: a message per source and slot - a slot waits for its own input alone") {
  const Cluster cluster = two_devices();
  const LayerSchedule layer = layer_of(cluster.group, two_slots_each(), PatternKind::point_to_point);
  CHECK(without_first(ops_of(layer.schedule), 2) ==
        Lines{
            "2 part 1 d0.scale_up -> d1 200 B carries 0 x 1 chunks 0-1 slot 2 after 0",
            "3 part 1 d0.scale_up -> d1 300 B carries 0 x 1 chunks 0-1 slot 3 after 0",
            "4 part 1 d1.scale_up -> d0 400 B carries 1 x 0 chunks 0-1 slot 1 after 1",
            "5 part 2 d0.compute 1e-06 s slot 0 after 0",
            "6 part 2 d0.compute 1e-06 s slot 1 after 4",
            "7 part 2 d1.compute 1e-06 s slot 2 after 2 1",
            "8 part 2 d1.compute 1e-06 s slot 3 after 3",
            "9 part 3 d0.scale_up -> d1 800 B carries 0 x 1 chunks 0-1 slot 1 after 6",
            "10 part 3 d1.scale_up -> d0 400 B carries 1 x 0 chunks 0-1 slot 2 after 7",
            "11 part 3 d1.scale_up -> d0 600 B carries 1 x 0 chunks 0-1 slot 3 after 8",
        });
  CHECK(layer.exchanges[1].arrived.of_rank == OpLists{{10, 11, 5}, {9, 7}});
}

TEST_CASE("point_to_point expert: the first slot of every rank goes before the second of any") {
  const Cluster cluster = unlinked_nodes({3});
  Traffic traffic;
  traffic.rank_of_slot = {0, 0, 1, 1, 2, 2};
  traffic.selections = Matrix<std::int64_t>(3, 6);
  for (int slot = 0; slot < 6; ++slot) traffic.selections(0, slot) = 1;
  traffic.device_copies = Matrix<std::int64_t>(3, 3);
  traffic.node_copies = Matrix<std::int64_t>(3, 1);
  traffic.dispatch_bytes_per_copy = 1;
  const Schedule schedule = layer_of(cluster.group, traffic, PatternKind::point_to_point).schedule;
  std::vector<int> slots;
  for (OpId op = 0; op < schedule.size(); ++op) slots.push_back(schedule.slot(op));
  CHECK(slots == std::vector<int>{2, 4, 3, 5});
}

TEST_CASE("point_to_point device: a merged message per pair for all slots of the receiver") {
  const Cluster cluster = two_devices();
  PatternOptions options;
  options.of<PointToPointOptions>().granularity = PointToPointOptions::Granularity::device;
  const LayerSchedule layer = layer_of(cluster.group, two_slots_each(), PatternKind::point_to_point, options);
  CHECK(without_first(ops_of(layer.schedule), 2) ==
        Lines{
            "2 part 1 d0.scale_up -> d1 400 B carries 0 x 1 chunks 0-1 after 0",
            "3 part 1 d1.scale_up -> d0 400 B carries 1 x 0 chunks 0-1 after 1",
            "4 part 2 d0.compute 1e-06 s slot 0 after 3 0",
            "5 part 2 d0.compute 1e-06 s slot 1 after 3",
            "6 part 2 d1.compute 1e-06 s slot 2 after 2 1",
            "7 part 2 d1.compute 1e-06 s slot 3 after 2",
            "8 part 3 join after 4 5",
            "9 part 3 join after 6 7",
            "10 part 3 d0.scale_up -> d1 800 B carries 0 x 1 chunks 0-1 after 8",
            "11 part 3 d1.scale_up -> d0 800 B carries 1 x 0 chunks 0-1 after 9",
        });
  CHECK(layer.exchanges[1].arrived.of_rank == OpLists{{11, 4}, {10, 6}});
}

TEST_CASE("point_to_point: a slot that nobody sends to waits for its own rank's gate") {
  const Cluster cluster = two_devices();
  const Traffic traffic = matrix_of(cluster.group, {{0, 1, 5}});
  const Appended appended = append(cluster, traffic, Phase::dispatch, PatternKind::point_to_point, {});
  CHECK(appended.arrived.of_slot == OpLists{{0}, {2}});
}

TEST_CASE("hierarchical dispatch: over the rail chunk by chunk - then forwarded after local data") {
  // d0 owes 5 B to d1, 4 B to d2, 2 B to d3. Its 6 B for node 1 cross to d2 in two chunks of 3 B; d2 forwards
  // d3's 1 B of each.
  const Cluster cluster = two_nodes_of_two();
  const Traffic traffic = matrix_of(cluster.group, {{0, 1, 5}, {0, 2, 4}, {0, 3, 2}, {2, 3, 9}});
  PatternOptions options;
  options.of<HierarchicalOptions>().chunks = 2;
  const Schedule schedule = layer_of(cluster.group, traffic, PatternKind::hierarchical, options).schedule;
  CHECK(ops_of(schedule) == Lines{
                                "0 part 0 d0.scale_out -> d2 3 B carries 0 x 2+1*2 chunks 0-1",
                                "1 part 0 d0.scale_out -> d2 3 B carries 0 x 2+1*2 chunks 1-2",
                                "2 part 0 d0.scale_up -> d1 5 B carries 0 x 1 chunks 0-2",
                                "3 part 0 d2.scale_up -> d3 9 B carries 2 x 3 chunks 0-2",
                                "4 part 0 d2.scale_up -> d3 1 B carries 0 x 3 chunks 0-1 after 0",
                                "5 part 0 d2.scale_up -> d3 1 B carries 0 x 3 chunks 1-2 after 1",
                                "6 part 0 join after 0 1 2",
                                "7 part 0 join after 0 1 3 4 5",
                                "8 part 0 join after 3 4 5",
                            });
}

TEST_CASE("hierarchical combine: gathered at the forwarder - reduced - returned over the rail") {
  // Mirror image: d1, d2, d3 owe d0 5, 4 and 2 B. d3 gives its 2 B to d2, which returns the node's 6 B.
  const Cluster cluster = two_nodes_of_two();
  Traffic traffic = matrix_of(cluster.group, {{0, 1, 5}, {0, 2, 4}, {0, 3, 2}});
  traffic.combine_bytes_per_copy = 1;
  traffic.home_tokens.assign(static_cast<std::size_t>(traffic.ranks()), 1);
  PatternOptions options;
  options.of<HierarchicalOptions>().chunks = 2;
  const Appended appended = append(cluster, traffic, Phase::combine, PatternKind::hierarchical, options);
  CHECK(without_first(ops_of(appended.schedule), 4) ==
        Lines{
            "4 part 1 d3.scale_up -> d2 1 B carries 3 x 0 chunks 0-1 after 3",
            "5 part 1 d3.scale_up -> d2 1 B carries 3 x 0 chunks 1-2 after 3",
            "6 part 1 d1.scale_up -> d0 5 B carries 1 x 0 chunks 0-2 after 1",
            "7 part 1 join after 4 2",
            "8 part 1 d2.scale_out -> d0 3 B carries 2+1*2 x 0 chunks 0-1 after 7",
            "9 part 1 join after 5 2",
            "10 part 1 d2.scale_out -> d0 3 B carries 2+1*2 x 0 chunks 1-2 after 9",
            "11 part 1 join after 0 6 8 10",
            "12 part 1 join after 1 6",
            "13 part 1 join after 2 4 5 8 10",
            "14 part 1 join after 3 4 5",
        });
  CHECK(appended.arrived.of_rank == OpLists{{11}, {12}, {13}, {14}});
}

TEST_CASE("hierarchical: one forward for all sources of a gateway") {
  // Three nodes of two: d0 and d2 owe d5 1 B and 2 B; both cross to d4.
  const Cluster cluster = unlinked_nodes({2, 2, 2});
  const Traffic traffic = matrix_of(cluster.group, {{0, 5, 1}, {2, 5, 2}});
  PatternOptions options;
  options.of<HierarchicalOptions>().chunks = 1;
  const Lines ops = ops_of(layer_of(cluster.group, traffic, PatternKind::hierarchical, options).schedule);
  CHECK(ops[0] == "0 part 0 d0.scale_out -> d4 1 B carries 0 x 4+1*2 chunks 0-1");
  CHECK(ops[1] == "1 part 0 d2.scale_out -> d4 2 B carries 2 x 4+1*2 chunks 0-1");
  CHECK(ops[2] == "2 part 0 join after 0 1");  // one for all destinations that wait for the same
  CHECK(ops[3] == "3 part 0 d4.scale_up -> d5 3 B carries 0+2*2 x 5 chunks 0-1 after 2");
}

TEST_CASE("hierarchical on one node is direct") {
  const Cluster cluster = unlinked_nodes({3});
  const Traffic traffic = uniform_traffic(cluster.group, 10);
  Lines hierarchical = ops_of(layer_of(cluster.group, traffic, PatternKind::hierarchical).schedule);
  CHECK(hierarchical == ops_of(layer_of(cluster.group, traffic, PatternKind::all_to_all).schedule));
}

TEST_CASE("ring one way: passes on what is not yet home - one at a time") {
  const Cluster cluster = unlinked_nodes({3});
  const Traffic traffic = uniform_traffic(cluster.group, 10);
  const Schedule schedule = layer_of(cluster.group, traffic, PatternKind::ring).schedule;
  CHECK(ops_of(schedule) == Lines{
                                "0 part 0 d0.scale_up -> d1 20 B carries 0 x 1+1*2 chunks 0-1",
                                "1 part 0 d1.scale_up -> d2 20 B carries 1 x 2+1*2 chunks 0-1",
                                "2 part 0 d2.scale_up -> d0 20 B carries 2 x 0+1*2 chunks 0-1",
                                "3 part 0 d0.scale_up -> d1 10 B carries 2 x 1 chunks 0-1 after 2",
                                "4 part 0 d1.scale_up -> d2 10 B carries 0 x 2 chunks 0-1 after 0",
                                "5 part 0 d2.scale_up -> d0 10 B carries 1 x 0 chunks 0-1 after 1",
                                "6 part 0 join after 0 2 3 5",
                                "7 part 0 join after 0 1 3 4",
                                "8 part 0 join after 1 2 4 5",
                            });
  for (const Stream& stream : schedule.streams()) CHECK(stream.window == 1);
}

TEST_CASE("ring one way: a block goes no further than its last destination") {
  const Cluster cluster = four_device_star();
  const Traffic traffic = matrix_of(cluster.group, {{1, 3, 8}});
  CHECK(ops_of(layer_of(cluster.group, traffic, PatternKind::ring).schedule) ==
        Lines{
            "0 part 0 d1.scale_up -> d2 8 B carries 1 x 2+1*3 chunks 0-1",
            "1 part 0 d2.scale_up -> d3 8 B carries 1 x 3+1*2 chunks 0-1 after 0",
            "2 part 0 join after 0 1",
        });
}

TEST_CASE("ring both ways: the shorter way - distance N/2 half each way on lanes of their own") {
  const Cluster cluster = four_device_star();
  const Traffic traffic = matrix_of(cluster.group, {{0, 1, 10}, {0, 2, 7}, {0, 3, 20}});
  PatternOptions options;
  options.of<RingOptions>().bidirectional = true;
  CHECK(ops_of(layer_of(cluster.group, traffic, PatternKind::ring, options).schedule) ==
        Lines{
            "0 part 0 d0.scale_up -> d1 13 B carries 0 x 1 chunks 0-2, 0 x 2 chunks 0-1",
            "1 part 0 d1.scale_up -> d2 3 B carries 0 x 2 chunks 0-1 after 0",
            "2 part 0 d0.scale_up.1 -> d3 24 B carries 0 x 3 chunks 0-2, 0 x 2 chunks 1-2",
            "3 part 0 d3.scale_up.1 -> d2 4 B carries 0 x 2 chunks 1-2 after 2",
            "4 part 0 join after 0 2",
            "5 part 0 join after 0 1",
            "6 part 0 join after 1 3",
            "7 part 0 join after 2 3",
        });
}
