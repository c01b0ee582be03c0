#include "sim/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace epsim {

TEST_CASE("SplitMix64 gives the published sequence") {
  SplitMix64 from_zero(0);
  CHECK(from_zero() == 0xe220a8397b1dcdafU);
  CHECK(from_zero() == 0x6e789e6aa1b965f4U);
  SplitMix64 random(1234567);
  CHECK(random() == 6457827717110365317U);
  CHECK(random() == 3203168211198807973U);
}

TEST_CASE("seeds depend on every part and on the order") {
  CHECK(mix_seed({1, 2}) != mix_seed({2, 1}));
  CHECK(mix_seed({1, 2}) != mix_seed({1, 3}));
  CHECK(mix_seed({0}) != mix_seed({0, 0}));
}

TEST_CASE("uniform stays inside the open interval") {
  CHECK(uniform(0) == 0x1p-33);
  CHECK(uniform(~std::uint64_t{0}) == 1 - 0x1p-33);
  CHECK(uniform(std::uint64_t{1} << 63) == 0.5 + 0x1p-33);
}

TEST_CASE("uniform below a count covers exactly that range") {
  CHECK(uniform_below(0, 10) == 0);
  CHECK(uniform_below(~std::uint64_t{0}, 10) == 9);
  CHECK(uniform_below(std::uint64_t{1} << 63, 10) == 5);
}

TEST_CASE("the normal quantile inverts the normal distribution") {
  // Phi(z) = erfc(-z / sqrt 2) / 2
  for (const double p : {1e-10, 1e-5, 0.02, 0.0749, 0.0751, 0.3, 0.5, 0.7, 0.9249, 0.9251, 0.999}) {
    CAPTURE(p);
    CHECK(std::erfc(-normal_quantile(p) / std::sqrt(2.0)) / 2 == doctest::Approx(p).epsilon(1e-12));
  }
  CHECK(normal_quantile(0.5) == 0);
  CHECK(normal_quantile(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-14));
}

TEST_CASE("the portable exponential is as good as the library's") {
  for (const double x : {-600.0, -5.0, -0.3466, 0.0, 0.3466, 1.0, 2.5, 600.0})
    CHECK(std::abs(portable_exp(x) / std::exp(x) - 1) < 1e-15);
  for (double x = 1e-300; x < 1e300; x *= 1.37)
    CHECK(std::abs(portable_log(x) - std::log(x)) < 1e-15 * std::max(1.0, std::abs(std::log(x))));
}

TEST_CASE("normal draws have the moments and the tails of a standard normal") {
  constexpr int draws = 1'000'000;
  SplitMix64 random(1);
  double sum = 0;
  double squares = 0;
  double fourth_powers = 0;
  int beyond_three = 0;
  for (int i = 0; i < draws; ++i) {
    const double z = normal_quantile(uniform(random()));
    sum += z;
    squares += z * z;
    fourth_powers += z * z * z * z;
    if (std::abs(z) > 3) ++beyond_three;
  }
  // Four standard errors: 1, sqrt 2 and sqrt 96 over sqrt(draws); 2,700 +- 52 beyond three.
  CHECK(std::abs(sum / draws) < 0.004);
  CHECK(std::abs(squares / draws - 1) < 0.0057);
  CHECK(std::abs(fourth_powers / draws - 3) < 0.04);
  CHECK(std::abs(beyond_three - 2700) < 208);
}

TEST_CASE("many normal draws at once are those drawn one by one") {
  for (const std::size_t count : {0u, 1u, 63u, 64u, 65u, 10000u}) {
    std::vector<float> values(count);
    SplitMix64 random(7);
    fill_normal(random, values);
    SplitMix64 again(7);
    for (const float value : values) CHECK(value == static_cast<float>(normal_quantile(uniform(again()))));
    CHECK(random() == again());
  }
}

}  // namespace epsim
