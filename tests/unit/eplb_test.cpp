#include "sim/placement/eplb.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace epsim {

using Slots = std::vector<std::int32_t>;

TEST_CASE("EPLB: the published hierarchical examples") {
  // 12 experts in 4 groups, 16 slots on 2 nodes of 4 devices: the two layers of EPLB's README.
  const EplbShape shape{16, 4, 2, 8};
  const std::vector<double> first = {90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86};
  CHECK(eplb_plan(first, shape) == Slots{5, 6, 5, 7, 8, 4, 3, 4, 10, 9, 10, 2, 0, 1, 11, 1});
  const std::vector<double> second = {20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27};
  CHECK(eplb_plan(second, shape) == Slots{7, 10, 6, 8, 6, 11, 8, 9, 2, 4, 5, 1, 5, 0, 3, 1});
}

TEST_CASE("EPLB: a global plan by hand") {
  // Loads 6 1 1 on 2 devices of 2 slots. Expert 0 gets the fourth slot, 3 a copy. By load: 0, its copy, 1, 2:
  // the first to device 0, the second to device 1, then both are equal: expert 1 to device 0, expert 2 to
  // device 1.
  const std::vector<double> loads = {6, 1, 1};
  CHECK(eplb_plan(loads, {4, 1, 1, 2}) == Slots{0, 1, 0, 2});
  // Groups that the nodes do not divide are planned as one.
  CHECK(eplb_plan(loads, {4, 1, 2, 2}) == Slots{0, 1, 0, 2});
}

TEST_CASE("EPLB: as many items as packs stay in order") {
  const std::vector<double> loads = {1, 9, 4, 7};
  CHECK(eplb_plan(loads, {4, 4, 4, 4}) == Slots{0, 1, 2, 3});
  CHECK(eplb_plan(loads, {4, 1, 1, 4}) == Slots{0, 1, 2, 3});
}

TEST_CASE("EPLB: equal and zero loads go to the lower index") {
  const std::vector<double> nothing(4, 0);
  CHECK(eplb_plan(nothing, {6, 1, 1, 2}) == Slots{0, 1, 2, 3, 0, 0});
}

}  // namespace epsim
