#include "sim/traffic.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "sim/placement/placement.hpp"
#include "tests/support/fixtures.hpp"

namespace epsim {

namespace {

template <class T>
Matrix<T> matrix_of(std::initializer_list<std::vector<T>> rows) {
  Matrix<T> matrix(static_cast<int>(rows.size()), static_cast<int>(rows.begin()->size()));
  int r = 0;
  for (const std::vector<T>& row : rows) std::ranges::copy(row, matrix.row(r++).begin());
  return matrix;
}

/// Ranks 0 and 1 on one node, 2 and 3 on the other.
Group two_nodes() {
  return make_group(Topology({0, 0, 1, 1}), 4);
}

/// Two experts per rank: experts 0 and 1 on rank 0, and so on.
ExpertPlacement two_per_rank() {
  ExpertParallel expert_parallel;
  expert_parallel.num_experts = 8;
  expert_parallel.experts_per_device = 2;
  return first_placement(expert_parallel, two_nodes());
}

}  // namespace

TEST_CASE("experts are placed in order") {
  const ExpertPlacement placement = two_per_rank();
  CHECK(placement.slots() == 8);
  CHECK(placement.expert_of_slot == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(placement.rank_of_slot(5) == 2);
}

TEST_CASE("copies are merged per device and per node and dropped selections count nowhere") {
  TokenRouting routing;
  routing.num_experts = 8;
  routing.top_k = 3;
  routing.first_token = {0, 2, 3, 3, 4};
  constexpr std::int32_t x = dropped_selection;
  routing.expert = {0, 1, 7,   // rank 0: twice its own rank 0, rank 3
                    4, 6, 5,   // rank 0: rank 2 twice, rank 3; one node
                    x, x, x,   // rank 1: nothing is left
                    2, x, 6};  // rank 3: rank 1, its own rank 3
  routing.weight.assign(12, 1.0F / 3);
  Payload payload;
  payload.dispatch_bytes_per_copy = 10;
  payload.combine_bytes_per_copy = 20;
  const Traffic traffic = traffic_of(routing, two_per_rank(), two_nodes(), payload);

  CHECK(traffic.rank_of_slot == std::vector<Rank>{0, 0, 1, 1, 2, 2, 3, 3});
  CHECK(traffic.selections == matrix_of<std::int64_t>({{1, 1, 0, 0, 1, 1, 1, 1},
                                                       {0, 0, 0, 0, 0, 0, 0, 0},
                                                       {0, 0, 0, 0, 0, 0, 0, 0},
                                                       {0, 0, 1, 0, 0, 0, 1, 0}}));
  CHECK(traffic.device_copies ==
        matrix_of<std::int64_t>({{1, 0, 1, 2}, {0, 0, 0, 0}, {0, 0, 0, 0}, {0, 1, 0, 1}}));
  CHECK(traffic.node_copies == matrix_of<std::int64_t>({{1, 2}, {0, 0}, {0, 0}, {1, 1}}));
  CHECK(traffic.dispatch_bytes_per_copy == 10);
  CHECK(traffic.combine_bytes_per_copy == 20);
  CHECK(traffic.has_combine());
}

TEST_CASE("a traffic matrix is final bytes at every level") {
  const auto bytes = matrix_of<Bytes>({{0, 5, 7, 11}, {1, 2, 3, 4}, {0, 0, 0, 0}, {100, 0, 0, 9}});
  const Traffic traffic = build_traffic(bytes, two_nodes());
  CHECK(traffic.rank_of_slot == std::vector<Rank>{0, 1, 2, 3});
  CHECK(traffic.selections == bytes);
  CHECK(traffic.device_copies == bytes);
  CHECK(traffic.node_copies == matrix_of<std::int64_t>({{5, 18}, {3, 7}, {0, 0}, {100, 9}}));
  CHECK(traffic.dispatch_bytes_per_copy == 1);
  CHECK_FALSE(traffic.has_combine());
}

}  // namespace epsim
