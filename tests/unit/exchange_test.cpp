#include "sim/exchange.hpp"

#include <doctest/doctest.h>

#include "tests/support/fixtures.hpp"

using namespace epsim;

namespace {

/// Home 0 on two nodes of two: 3 selections to d2's only slot, 7 to d3's; 2 and 5 tokens; 6 distinct ones.
/// Home 2: one token to d0.
Traffic few_tokens() {
  Traffic traffic;
  traffic.rank_of_slot = {0, 1, 2, 3};
  traffic.selections = Matrix<std::int64_t>(4, 4);
  traffic.device_copies = Matrix<std::int64_t>(4, 4);
  traffic.node_copies = Matrix<std::int64_t>(4, 2);
  traffic.selections(0, 2) = 3;
  traffic.selections(0, 3) = 7;
  traffic.device_copies(0, 2) = 2;
  traffic.device_copies(0, 3) = 5;
  traffic.node_copies(0, 1) = 6;
  traffic.selections(2, 0) = traffic.device_copies(2, 0) = traffic.node_copies(2, 0) = 1;
  traffic.dispatch_bytes_per_copy = 100;
  traffic.combine_bytes_per_copy = 200;
  return traffic;
}

}  // namespace

TEST_CASE("chunks are whole copies and sum to all of them") {
  // 7 copies in 3 chunks: floor(7/3) = 2, floor(14/3) - 2 = 2, 7 - 4 = 3.
  CHECK(chunk_of(7, {0, 1, 3}) == 2);
  CHECK(chunk_of(7, {1, 2, 3}) == 2);
  CHECK(chunk_of(7, {2, 3, 3}) == 3);
  CHECK(chunk_of(7, {1, 3, 3}) == 5);
  CHECK(chunk_of(7, {}) == 7);
}

TEST_CASE("an exchange turns with its phase: source and destination swap - so do the bytes per copy") {
  const Cluster cluster = two_nodes_of_two();
  const Traffic traffic = few_tokens();
  const Exchange dispatch(traffic, cluster.group, Phase::dispatch);
  const Exchange combine(traffic, cluster.group, Phase::combine);
  CHECK(dispatch.pair_copies(Deduplication::none, 0, 3) == 7);
  CHECK(dispatch.pair_copies(Deduplication::none, 3, 0) == 0);
  CHECK(combine.pair_copies(Deduplication::none, 3, 0) == 7);
  CHECK(combine.pair_copies(Deduplication::none, 0, 3) == 0);
  CHECK(dispatch.bytes_per_copy() == 100);
  CHECK(combine.bytes_per_copy() == 200);
}

TEST_CASE("each deduplication level has its copies") {
  const Cluster cluster = two_nodes_of_two();
  const Traffic traffic = few_tokens();
  const Exchange exchange(traffic, cluster.group, Phase::dispatch);
  CHECK(exchange.pair_copies(Deduplication::device, 0, 3) == 5);
  CHECK(exchange.pair_copies(Deduplication::node, 0, 3) == 5);
  CHECK(exchange.node_copies(Deduplication::none, 0, 1) == 10);
  CHECK(exchange.node_copies(Deduplication::device, 0, 1) == 7);
  CHECK(exchange.node_copies(Deduplication::node, 0, 1) == 6);
  CHECK(exchange.slot_copies(0, 2) == 3);
  CHECK(exchange.slots_of(3) == std::vector<int>{3});
}

TEST_CASE("no more chunks than the busiest pair between a home and a node has copies") {
  // The busiest pair of home 0 and node 1 has 5 copies: of 8 chunks asked for, 0..4 exist. The 6 node copies
  // are cut 1 1 1 1 2, d3's 5 into 1 each, d2's 2 into 0 0 1 0 1.
  const Cluster cluster = two_nodes_of_two();
  const Traffic traffic = few_tokens();
  const Exchange exchange(traffic, cluster.group, Phase::dispatch);
  std::vector<std::int64_t> to_node, to_d2, to_d3;
  for (int chunk = 0; chunk < 8; ++chunk) {
    const ChunkRange only{chunk, chunk + 1, 8};
    to_node.push_back(exchange.node_copies(Deduplication::node, 0, 1, only));
    to_d2.push_back(exchange.pair_copies(Deduplication::node, 0, 2, only));
    to_d3.push_back(exchange.pair_copies(Deduplication::node, 0, 3, only));
  }
  CHECK(to_node == std::vector<std::int64_t>{1, 1, 1, 1, 2, 0, 0, 0});
  CHECK(to_d2 == std::vector<std::int64_t>{0, 0, 1, 0, 1, 0, 0, 0});
  CHECK(to_d3 == std::vector<std::int64_t>{1, 1, 1, 1, 1, 0, 0, 0});
}

TEST_CASE("between nodes without merging a chunk is the sum of its pairs' chunks") {
  // none: 7 selections at most, so with 4 chunks asked for there are 4: 3 -> 0 1 1 1, 7 -> 1 2 2 2.
  const Cluster cluster = two_nodes_of_two();
  const Traffic traffic = few_tokens();
  const Exchange exchange(traffic, cluster.group, Phase::combine);
  std::vector<std::int64_t> crossing;
  for (int chunk = 0; chunk < 4; ++chunk)
    crossing.push_back(exchange.node_copies(Deduplication::none, 0, 1, {chunk, chunk + 1, 4}));
  CHECK(crossing == std::vector<std::int64_t>{1, 3, 3, 3});
}
