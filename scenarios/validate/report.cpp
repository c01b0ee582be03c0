#include "scenarios/validate/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/exports/text_table.hpp"

namespace epsim {
namespace {

std::string percent(double part) {
  return fmt::format("{:+.1f} %", 100 * part);
}

std::string size_of(const Comparison& one) {
  std::string text;
  const auto add = [&](const std::string& more) { text += (text.empty() ? "" : ", ") + more; };
  if (one.expert_parallel_size) add(fmt::format("EP{}", *one.expert_parallel_size));
  if (one.tokens_per_device) add(thousands(*one.tokens_per_device) + " tokens");
  if (one.bytes_per_rank) add(format_bytes(static_cast<double>(*one.bytes_per_rank)));
  return text.empty() ? "-" : text;
}

std::string times_table(std::span<const Comparison> comparisons) {
  std::vector<Row> rows;
  for (const Comparison& one : comparisons)
    rows.push_back({one.id, size_of(one), one.phase, format_duration(one.published),
                    format_duration(one.simulated), percent(one.error()), one.counted ? "" : "not counted"});
  return layout(
      {{"case", true}, {"size", true}, {"phase", true}, {"published"}, {"simulated"}, {"error"}, {"", true}},
      rows);
}

/// Family by family: its cases, then all of them; in the end everything.
std::string errors_table(std::span<const Comparison> comparisons) {
  std::vector<Row> rows;
  const auto add = [&](const std::string& family, const std::string& name, const ErrorSummary& group) {
    rows.push_back({family, name, std::to_string(group.times), fmt::format("{:.1f} %", 100 * group.mean),
                    fmt::format("{:.1f} %", 100 * group.largest)});
  };
  const std::vector<ErrorSummary> cases = errors_of_cases(comparisons);
  for (const ErrorSummary& family : errors_of_families(comparisons)) {
    if (family.times == 0) continue;
    int shown = 0;
    for (const ErrorSummary& one : cases) {
      const bool belongs = std::ranges::any_of(comparisons, [&](const Comparison& comparison) {
        return comparison.id == one.name && comparison.family == family.name;
      });
      if (belongs) add(shown++ == 0 ? family.name : "", one.name, one);
    }
    if (shown != 1) add(shown == 0 ? family.name : "", shown == 0 ? "" : "together", family);
  }
  return layout({{"transport", true}, {"case", true}, {"times"}, {"mean error"}, {"largest"}}, rows);
}

std::string ratios_table(std::span<const Comparison> comparisons) {
  std::vector<Row> rows;
  for (const Comparison& one : comparisons)
    if (one.ratio_error())
      rows.push_back({one.id, size_of(one), fmt::format("{:.3f}", *one.published_ratio),
                      fmt::format("{:.3f}", *one.simulated_ratio), percent(*one.ratio_error())});
  if (rows.empty()) return "";
  return fmt::format("\nSkewed over balanced layer, simulated as the mean over {} seeds\n", skew_seeds) +
         layout({{"case", true}, {"size", true}, {"published"}, {"simulated"}, {"error"}}, rows);
}

nlohmann::ordered_json or_null(const auto& value) {
  if (value) return *value;
  return nullptr;
}

std::string number_text(const FittedValue& fitted) {
  Transport transport;
  fitted.free.value->set(transport, fitted.number);
  return format_value(*fitted.free.value, transport);
}

}  // namespace

std::string validation_text(std::span<const Comparison> comparisons) {
  return times_table(comparisons) + '\n' + errors_table(comparisons) + ratios_table(comparisons);
}

nlohmann::ordered_json validation_json(std::span<const Comparison> comparisons) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Comparison& one : comparisons)
    list.push_back({{"id", one.id},
                    {"family", one.family},
                    {"phase", one.phase},
                    {"tokens_per_device", or_null(one.tokens_per_device)},
                    {"expert_parallel_size", or_null(one.expert_parallel_size)},
                    {"bytes_per_rank", or_null(one.bytes_per_rank)},
                    {"published_seconds", one.published},
                    {"simulated_seconds", one.simulated},
                    {"relative_error", one.error()},
                    {"counted", one.counted},
                    {"published_over_balanced", or_null(one.published_ratio)},
                    {"simulated_over_balanced", or_null(one.simulated_ratio)},
                    {"ratio_error", or_null(one.ratio_error())}});
  return list;
}

std::string fit_text(const TransportFit& fit) {
  std::vector<Row> rows;
  for (const FittedValue& one : fit.values)
    rows.push_back({one.free.name(), number_text(one),
                    one.is_held     ? "held: these times do not tell it"
                    : one.error > 0 ? fmt::format("+-{:.1f} %", 100 * one.error)
                                    : "no time to spare for its error"});
  return layout({{"value", true}, {"fitted"}, {"standard error", true}}, rows);
}

}  // namespace epsim
