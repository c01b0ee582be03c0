// Random numbers that are the same on every machine: SplitMix64 (Steele, Lea, Flood 2014) and distributions
// made from additions, multiplications, divisions and square roots alone, which IEEE 754 fixes to the bit.
// std::*_distribution differ between libraries, and exp and log of the C library between processors.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>

namespace epsim {

/// A stream of 64-bit numbers; any seed, also 0, is a good one.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
  std::uint64_t operator()();

 private:
  std::uint64_t state_;
};

/// One seed from several numbers, for example {seed, step, token}: streams of different lists are
/// independent.
[[nodiscard]] std::uint64_t mix_seed(std::initializer_list<std::uint64_t> parts);

/// In (0, 1): the middle of one of 2^32 equal intervals, from the upper 32 of the given bits.
[[nodiscard]] double uniform(std::uint64_t bits);

/// In 0 .. count - 1, from the upper 32 of the given bits; shares differ by less than count / 2^32.
[[nodiscard]] std::uint32_t uniform_below(std::uint64_t bits, std::uint32_t count);

/// The z below which a standard normal variable falls with probability p, to 1e-13 relative; p in
/// [1e-10, 1 - 1e-10]. normal_quantile(uniform(bits)) is a standard normal draw.
[[nodiscard]] double normal_quantile(double p);
/// Standard normal draws: exactly normal_quantile(uniform(random())) one after another, faster.
void fill_normal(SplitMix64& random, std::span<float> values);

/// log(x) for finite x > 0, to 1e-15 relative (absolute near x = 1).
[[nodiscard]] double portable_log(double x);
/// exp(x) for |x| < 700, to 1e-15 relative.
[[nodiscard]] double portable_exp(double x);

}  // namespace epsim
