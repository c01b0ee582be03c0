#include "platforms/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>
#include <string>

#include "platforms/error.hpp"

namespace epsim {
namespace {

/// A prefix is a power of ten or a power of 1024.
struct Prefix {
  std::string_view name;
  int decimal_exponent = 0;
  double binary_factor = 1;
};

constexpr std::array<Prefix, 12> large_prefixes = {{{""},
                                                    {"k", 3},
                                                    {"K", 3},
                                                    {"M", 6},
                                                    {"G", 9},
                                                    {"T", 12},
                                                    {"P", 15},
                                                    {"Ki", 0, 1024.0},
                                                    {"Mi", 0, 1048576.0},
                                                    {"Gi", 0, 1073741824.0},
                                                    {"Ti", 0, 1099511627776.0},
                                                    {"Pi", 0, 1125899906842624.0}}};
constexpr std::array<Prefix, 4> small_prefixes = {{{""}, {"m", -3}, {"u", -6}, {"n", -9}}};

struct Amount {
  std::string_view mantissa;
  int exponent = 0;
  std::string_view unit;
};

/// Splits "1.5e3 us" into its parts; nothing when it does not begin with a non-negative number.
std::optional<Amount> split(std::string_view text) {
  const std::size_t end_of_mantissa = std::min(text.find_first_not_of("0123456789."), text.size());
  if (end_of_mantissa == 0) return std::nullopt;
  Amount amount{text.substr(0, end_of_mantissa), 0, text.substr(end_of_mantissa)};
  if (amount.unit.starts_with('e') || amount.unit.starts_with('E')) {
    const char* begin = amount.unit.data() + 1;
    if (amount.unit.substr(1).starts_with('+')) ++begin;
    const char* end = amount.unit.data() + amount.unit.size();
    const auto [rest, error] = std::from_chars(begin, end, amount.exponent);
    if (error != std::errc{}) return std::nullopt;
    amount.unit = {rest, static_cast<std::size_t>(end - rest)};
  }
  const std::size_t start_of_unit = std::min(amount.unit.find_first_not_of(' '), amount.unit.size());
  amount.unit.remove_prefix(start_of_unit);
  return amount;
}

/// The prefix goes into the exponent before the text becomes a double, so that "0.6us" is exactly 0.6e-6.
std::optional<double> scaled(const Amount& amount, const Prefix& prefix) {
  const std::string text =
      std::string(amount.mantissa) + "e" + std::to_string(amount.exponent + prefix.decimal_exponent);
  double value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return value * prefix.binary_factor;
}

/// The value in base units when the amount's unit is a prefix followed by `base`.
std::optional<double> in_unit(const Amount& amount, std::span<const Prefix> prefixes, std::string_view base) {
  if (!amount.unit.ends_with(base)) return std::nullopt;
  const std::string_view name = amount.unit.substr(0, amount.unit.size() - base.size());
  for (const Prefix& prefix : prefixes)
    if (prefix.name == name) return scaled(amount, prefix);
  return std::nullopt;
}

[[noreturn]] void fail(std::string_view text, std::string_view quantity, std::string_view accepted) {
  throw input_error("", fmt::format("\"{}\" is not {}", text, quantity), fmt::format("write {}", accepted));
}

struct Step {
  double size;
  std::string_view unit;
};

/// `digits` significant digits in the largest unit that keeps the rounded figure at 1 or more.
std::string format_steps(double value, int digits, std::span<const Step> steps) {
  const double magnitude = std::abs(value);
  if (magnitude == 0) return fmt::format("0 {}", steps.back().unit);
  const double half_a_digit = 0.5 * std::pow(10.0, -digits);
  const Step* chosen = &steps.back();
  for (const Step& step : steps) {
    if (magnitude / step.size < 1 - half_a_digit) continue;
    chosen = &step;
    break;
  }
  const double figure = value / chosen->size;
  const int whole_digits =
      static_cast<int>(std::floor(std::log10(std::abs(figure) * (1 + half_a_digit)))) + 1;
  return fmt::format("{:.{}f} {}", figure, std::max(0, digits - whole_digits), chosen->unit);
}

}  // namespace

BytesPerSecond parse_bandwidth(std::string_view text) {
  if (const auto amount = split(text)) {
    for (const std::string_view per_second : {"ps", "/s"}) {
      if (const auto bytes = in_unit(*amount, large_prefixes, "B" + std::string(per_second))) return *bytes;
      if (const auto bits = in_unit(*amount, large_prefixes, "b" + std::string(per_second))) return *bits / 8;
    }
  }
  fail(text, "a bandwidth",
       "a number and B/s, kB/s, MB/s, GB/s, TB/s or Gb/s, as in \"50GBps\", \"400Gbps\"");
}

Seconds parse_duration(std::string_view text) {
  if (const auto amount = split(text))
    if (const auto seconds = in_unit(*amount, small_prefixes, "s")) return *seconds;
  fail(text, "a duration", "a number and s, ms, us or ns, as in \"2us\"");
}

Bytes parse_bytes(std::string_view text) {
  constexpr double limit = 9007199254740992.0;  // 2^53: whole numbers are exact up to here
  if (const auto amount = split(text)) {
    const auto bytes =
        amount->unit.empty() ? scaled(*amount, Prefix{}) : in_unit(*amount, large_prefixes, "B");
    if (bytes && *bytes <= limit && *bytes == std::floor(*bytes)) return static_cast<Bytes>(*bytes);
  }
  fail(text, "a whole number of bytes", "a number and B, kB, MB, GB, KiB, MiB or GiB, as in \"1MiB\"");
}

FlopsPerSecond parse_flops(std::string_view text) {
  if (const auto amount = split(text))
    for (const std::string_view unit : {"FLOPS", "FLOP/s", "FLOPs"})
      if (const auto flops = in_unit(*amount, large_prefixes, unit)) return *flops;
  fail(text, "a computing rate", "a number and GFLOPS, TFLOPS or PFLOPS, as in \"989TFLOPS\"");
}

std::string format_duration(Seconds value) {
  constexpr std::array<Step, 4> steps = {{{1, "s"}, {1e-3, "ms"}, {1e-6, "us"}, {1e-9, "ns"}}};
  if (value == 0) return "0 s";
  return format_steps(value, 4, steps);
}

std::string format_bandwidth(BytesPerSecond value) {
  constexpr std::array<Step, 6> steps = {
      {{1e15, "PB/s"}, {1e12, "TB/s"}, {1e9, "GB/s"}, {1e6, "MB/s"}, {1e3, "kB/s"}, {1, "B/s"}}};
  return format_steps(value, 4, steps);
}

std::string format_bytes(double value) {
  constexpr std::array<Step, 5> steps = {{{1e15, "PB"}, {1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}}};
  if (std::abs(value) < 1e3) return fmt::format("{:.0f} B", value);
  return format_steps(value, 3, steps);
}

}  // namespace epsim
