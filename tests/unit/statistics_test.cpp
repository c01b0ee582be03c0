#include "scenarios/sweep/statistics.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace epsim;
using nlohmann::json;

namespace {

Sample at(std::vector<json> settings, int seed, const std::string& pattern, double seconds) {
  return {std::move(settings), seed, pattern, seconds};
}

}  // namespace

TEST_CASE("Student's t as in the tables") {
  CHECK(t_quantile_975(1) == doctest::Approx(12.706).epsilon(1e-4));
  CHECK(t_quantile_975(4) == doctest::Approx(2.7764).epsilon(1e-4));
  CHECK(t_quantile_975(30) == doctest::Approx(2.0423).epsilon(1e-4));
}

TEST_CASE("mean and interval over seeds and the paired lead") {
  std::vector<Sample> rows;
  const double ring[] = {3, 5, 4};
  const double direct[] = {1, 3, 2};
  for (int seed = 0; seed < 3; ++seed) {
    rows.push_back(at({8}, seed, "ring", ring[seed]));
    rows.push_back(at({8}, seed, "all_to_all", direct[seed]));
  }
  const auto groups = group_means(rows, {0});
  REQUIRE(groups.size() == 1);
  const GroupMeans& group = groups.front();
  CHECK(group.patterns[group.best].pattern == "all_to_all");
  CHECK(group.patterns[0].mean.seconds == 4);
  // Standard deviation 1 over 3 seeds: 4.3027 * 1 / sqrt(3).
  CHECK(*group.patterns[0].mean.half_width == doctest::Approx(4.30265 / std::sqrt(3.0)));
  // The difference is 2 for every seed: common random numbers leave no doubt.
  CHECK(group.lead->seconds == 2);
  CHECK(*group.lead->half_width == 0);
}

TEST_CASE("a single seed has no interval") {
  const auto groups = group_means({at({8}, 1, "ring", 3)}, {0});
  CHECK_FALSE(groups.front().patterns.front().mean.half_width);
  CHECK_FALSE(groups.front().second);
}

TEST_CASE("grouping averages over the other settings of each seed") {
  const auto groups =
      group_means({at({8, 1}, 1, "ring", 1), at({8, 2}, 1, "ring", 3), at({16, 1}, 1, "ring", 9)}, {0});
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].patterns[0].mean.seconds == 2);
  CHECK(groups[0].patterns[0].mean.points == 2);
  CHECK(groups[1].patterns[0].mean.seconds == 9);
}

TEST_CASE("patterns are compared where all of them have a result") {
  // ring lacks the slow setting: without care it would look better.
  const auto groups =
      group_means({at({1}, 1, "ring", 2), at({1}, 1, "all_to_all", 1), at({2}, 1, "all_to_all", 100)},
                  std::vector<std::size_t>{});
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].patterns[groups[0].best].pattern == "all_to_all");
  CHECK(groups[0].patterns[groups[0].best].mean.seconds == 1);
}

TEST_CASE("a crossover is interpolated in logarithms") {
  // a takes x, b takes 4: equal at 4, between 1 and 16.
  const auto groups =
      group_means({at({1}, 1, "a", 1), at({1}, 1, "b", 4), at({16}, 1, "a", 16), at({16}, 1, "b", 4)}, {0});
  const auto found = crossovers(groups);
  REQUIRE(found.size() == 1);
  CHECK(found[0].below == 1);
  CHECK(found[0].above == 16);
  CHECK(found[0].best_below == "a");
  CHECK(found[0].best_above == "b");
  CHECK(*found[0].at == doctest::Approx(4));
}

TEST_CASE("crossovers need numbers and other settings equal") {
  CHECK(crossovers(group_means({at({"x"}, 1, "a", 1), at({"x"}, 1, "b", 2), at({"y"}, 1, "a", 2),
                                at({"y"}, 1, "b", 1)},
                               {0}))
            .empty());
  // At 0 logarithms fail: 1 - 2 against 3 - 2 meet halfway.
  const auto found =
      crossovers(group_means({at({0, "x"}, 1, "a", 1), at({0, "x"}, 1, "b", 2), at({10, "x"}, 1, "a", 3),
                              at({10, "x"}, 1, "b", 2), at({10, "y"}, 1, "a", 1), at({10, "y"}, 1, "b", 2)},
                             {0, 1}));
  REQUIRE(found.size() == 1);
  CHECK(found[0].column == 0);
  CHECK(found[0].others[1] == "x");
  CHECK(*found[0].at == doctest::Approx(5));
}
