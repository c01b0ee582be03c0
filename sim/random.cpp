#include "sim/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace epsim {

namespace {

std::uint64_t finalize(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

/// Horner's rule, coefficients in ascending powers; unrolled and inlined, for it is most of a normal draw.
template <std::size_t n, std::size_t... i>
[[gnu::always_inline]] inline double horner(const std::array<double, n>& coefficients, double x,
                                            std::index_sequence<i...>) {
  double value = 0;
  ((value = value * x + coefficients[n - 1 - i]), ...);
  return value;
}

template <std::size_t n>
[[gnu::always_inline]] inline double polynomial(const std::array<double, n>& coefficients, double x) {
  return horner(coefficients, x, std::make_index_sequence<n>());
}

// Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988): a rational function of q = p - 1/2 in the
// middle and one of sqrt(-log p) outside. Its third range, p < 1.4e-11, is not needed here.
constexpr std::array<double, 8> middle_numerator{
    3.387132872796366608,  133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
    45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727};
constexpr std::array<double, 8> middle_denominator{1.,
                                                   42.313330701600911252,
                                                   687.1870074920579083,
                                                   5394.1960214247511077,
                                                   21213.794301586595867,
                                                   39307.89580009271061,
                                                   28729.085735721942674,
                                                   5226.495278852545925};
constexpr std::array<double, 8> outer_numerator{
    1.42343711074968357734, 4.6303378461565452959,  5.7694972214606914055,    3.64784832476320460504,
    1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4};
constexpr std::array<double, 8> outer_denominator{1.,
                                                  2.05319162663775882187,
                                                  1.6763848301838038494,
                                                  0.68976733498510000455,
                                                  0.14810397642748007459,
                                                  0.0151986665636164571966,
                                                  5.475938084995344946e-4,
                                                  1.05075007164441684324e-9};

/// Where normal_quantile takes its first branch.
constexpr double middle_half_width = 0.425;

[[gnu::always_inline]] inline double middle_quantile(double q) {
  const double r = 0.180625 - q * q;
  return q * polynomial(middle_numerator, r) / polynomial(middle_denominator, r);
}

double outer_quantile(double p) {
  const double q = p - 0.5;
  const double r = std::sqrt(-portable_log(q < 0 ? p : 1 - p)) - 1.6;
  const double z = polynomial(outer_numerator, r) / polynomial(outer_denominator, r);
  return q < 0 ? -z : z;
}

}  // namespace

std::uint64_t SplitMix64::operator()() {
  state_ += 0x9e3779b97f4a7c15U;
  return finalize(state_);
}

std::uint64_t mix_seed(std::initializer_list<std::uint64_t> parts) {
  std::uint64_t seed = 0;
  for (const std::uint64_t part : parts) seed = finalize((seed ^ part) + 0x9e3779b97f4a7c15U);
  return seed;
}

double uniform(std::uint64_t bits) {
  return (static_cast<double>(bits >> 32) + 0.5) * 0x1p-32;
}

std::uint32_t uniform_below(std::uint64_t bits, std::uint32_t count) {
  return static_cast<std::uint32_t>(((bits >> 32) * count) >> 32);
}

double normal_quantile(double p) {
  const double q = p - 0.5;
  return std::abs(q) <= middle_half_width ? middle_quantile(q) : outer_quantile(p);
}

// The middle for all, then the few outer ones again: without branches that cannot be foretold, draws overlap.
void fill_normal(SplitMix64& random, std::span<float> values) {
  constexpr std::size_t at_a_time = 64;
  std::array<double, at_a_time> p;
  std::array<double, at_a_time> z;
  std::array<std::size_t, at_a_time> outer;
  for (; !values.empty(); values = values.subspan(std::min(values.size(), at_a_time))) {
    const std::size_t count = std::min(values.size(), at_a_time);
    for (std::size_t i = 0; i < count; ++i) p[i] = uniform(random());
    for (std::size_t i = 0; i < count; ++i) z[i] = middle_quantile(p[i] - 0.5);
    std::size_t outer_count = 0;
    for (std::size_t i = 0; i < count; ++i) {
      outer[outer_count] = i;
      outer_count += std::abs(p[i] - 0.5) > middle_half_width ? 1 : 0;
    }
    for (std::size_t i = 0; i < outer_count; ++i) z[outer[i]] = outer_quantile(p[outer[i]]);
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>(z[i]);
  }
}

// log m = 2 atanh((m - 1) / (m + 1)) for m in [sqrt(1/2), sqrt(2)), where the series in s^2 < 0.0295 needs
// ten terms; the power of two is exact.
double portable_log(double x) {
  constexpr double log_2 = 0.693147180559945309417;
  constexpr double sqrt_half = 0.707106781186547524401;
  constexpr std::array<double, 10> series{1.,      1. / 3,  1. / 5,  1. / 7,  1. / 9,
                                          1. / 11, 1. / 13, 1. / 15, 1. / 17, 1. / 19};
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);
  if (mantissa < sqrt_half) {
    mantissa *= 2;
    --exponent;
  }
  const double s = (mantissa - 1) / (mantissa + 1);
  return exponent * log_2 + 2 * s * polynomial(series, s * s);
}

double portable_exp(double x) {
  // exp(x) = 2^n exp(r) with |r| <= log(2) / 2, where Taylor's 14 terms leave less than 1e-17. log 2 is split
  // so that n times its upper part is exact.
  constexpr double log_2_upper = 0x1.62e42fefa3800p-1;
  constexpr double log_2_lower = 0x1.ef35793c76730p-45;
  const double n = std::floor(x * 1.44269504088896340736 + 0.5);
  const double r = (x - n * log_2_upper) - n * log_2_lower;
  double sum = 1;
  for (int i = 14; i > 0; --i) sum = 1 + sum * r / i;
  return std::ldexp(sum, static_cast<int>(n));
}

}  // namespace epsim
