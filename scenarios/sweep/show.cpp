#include "scenarios/sweep/show.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "analysis/exports/text_table.hpp"
#include "platforms/units.hpp"
#include "scenarios/reader/nearest_name.hpp"
#include "scenarios/sweep/export.hpp"

namespace epsim {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view pattern_pointer = "/expert_parallel/communication_pattern";

std::string text_of_value(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// The settings of points: patterns are what is compared at them.
std::vector<std::string> compared_settings(const Sweep& sweep) {
  std::vector<std::string> pointers = setting_pointers(sweep);
  std::erase(pointers, pattern_pointer);
  return pointers;
}

/// Whether any point that is done is ranked by all of its steps.
bool counts_all_steps(SweepDatabase& database) {
  Statement select = database.connection().prepare(fmt::format(
      "SELECT 1 FROM plan JOIN points USING(identity) WHERE points.status = 'done' AND {} LIMIT 1",
      counts_all_steps_sql));
  return select.step();
}

std::size_t column_of(std::string_view figure) {
  const auto& columns = result_columns();
  return static_cast<std::size_t>(std::ranges::find(columns, figure, &ResultColumn::name) - columns.begin());
}

std::vector<Sample> measurements_of(SweepDatabase& database, const StoredSweep& stored,
                                    std::string_view figure) {
  const std::size_t column = column_of(figure);
  const std::vector<std::string> pointers = setting_pointers(stored.sweep);
  std::vector<Sample> measurements;
  for_each_row(database, stored, [&](const ExportRow& row) {
    if (!row.is_done) return;
    Sample& one = measurements.emplace_back();
    for (std::size_t i = 0; i < pointers.size(); ++i)
      if (pointers[i] != pattern_pointer) one.settings.push_back(*row.settings[i]);
    one.seed = row.seed;
    one.pattern = row.pattern;
    const double* seconds = std::get_if<double>(&row.figures[column]);
    if (!seconds)
      throw damaged_database(database.path(), fmt::format("point {} has no {}", row.point, figure));
    one.seconds = *seconds;
  });
  return measurements;
}

std::vector<std::size_t> columns_of(const std::vector<std::string>& pointers,
                                    const std::vector<std::string>& group_by) {
  std::vector<std::size_t> columns(pointers.size());
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  if (group_by.empty()) return columns;
  columns.clear();
  const std::vector<std::string_view> names(pointers.begin(), pointers.end());
  for (const std::string& pointer : group_by) {
    const auto found = std::ranges::find(pointers, pointer);
    if (found == pointers.end())
      throw input_error("--group-by", fmt::format("{} is not swept", pointer), suggestion(pointer, names));
    columns.push_back(static_cast<std::size_t>(found - pointers.begin()));
  }
  return columns;
}

std::string half_width_text(const Mean& mean) {
  constexpr double rounding = 1e-12;  // of equal samples
  if (!mean.half_width) return "";
  return *mean.half_width > rounding * mean.seconds ? "+-" + format_duration(*mean.half_width) : "+-0 s";
}

/// "1.80x ring": how much longer the second takes.
std::string lead_text(const GroupMeans& group) {
  if (!group.second) return "";
  const PatternMean& second = group.patterns[*group.second];
  return fmt::format("{:.2f}x {}", second.mean.seconds / group.patterns[group.best].mean.seconds,
                     second.pattern);
}

/// Whether the lead is beyond chance; empty where seeds cannot tell.
std::string sure_text(const GroupMeans& group) {
  if (!group.lead || !group.lead->half_width) return "";
  return group.lead->seconds > *group.lead->half_width ? "yes" : "no";
}

std::vector<std::string> values_row(const GroupMeans& group) {
  std::vector<std::string> row;
  for (const json& value : group.values) row.push_back(text_of_value(value));
  return row;
}

std::string groups_table(const SweepFindings& findings, bool only_best) {
  std::vector<Column> columns;
  for (const std::string& pointer : findings.pointers) columns.push_back({pointer});
  columns.insert(columns.end(),
                 {{"pattern", true}, {findings.figure == "layer_seconds" ? "layer" : "all steps"}, {"95 %"}});
  if (only_best)
    columns.insert(columns.end(), {{"lead over", true}, {"sure", true}});
  else
    columns.insert(columns.end(), {{"vs best"}});
  columns.insert(columns.end(), {{"seeds"}, {"points"}});
  std::vector<std::vector<std::string>> rows;
  for (const GroupMeans& group : findings.groups) {
    for (std::size_t i = 0; i < group.patterns.size(); ++i) {
      if (only_best && i != group.best) continue;
      const PatternMean& one = group.patterns[i];
      std::vector<std::string> row = values_row(group);
      row.insert(row.end(), {one.pattern, format_duration(one.mean.seconds), half_width_text(one.mean)});
      if (only_best)
        row.insert(row.end(), {lead_text(group), sure_text(group)});
      else
        row.push_back(fmt::format("{:.2f}x", one.mean.seconds / group.patterns[group.best].mean.seconds));
      row.insert(row.end(), {std::to_string(one.mean.seeds), std::to_string(one.mean.points)});
      rows.push_back(std::move(row));
    }
  }
  return layout(columns, rows);
}

/// Three digits: 25.2, 162000.
std::string rough_number(double value) {
  const double unit = value > 0 ? std::pow(10, std::floor(std::log10(value)) - 2) : 1;
  return unit >= 1 ? fmt::format("{:.0f}", std::round(value / unit) * unit) : fmt::format("{:.3g}", value);
}

std::string crossover_line(const SweepFindings& findings, const Crossover& one) {
  std::string text =
      fmt::format("  {} {} -> {}", findings.crossover_pointers[one.column], one.below, one.above);
  if (one.at) text += fmt::format(" (about {})", rough_number(*one.at));
  text += fmt::format(": {} -> {}", one.best_below, one.best_above);
  for (std::size_t i = 0; i < one.others.size(); ++i)
    if (i != one.column)
      text += fmt::format(", {}={}", findings.crossover_pointers[i], text_of_value(one.others[i]));
  return text + '\n';
}

json value_or_null(const std::optional<double>& value) {
  return value ? json(*value) : json();
}

ordered_json group_json(const SweepFindings& findings, const GroupMeans& group, bool only_best) {
  ordered_json values = ordered_json::object();
  for (std::size_t i = 0; i < findings.pointers.size(); ++i) values[findings.pointers[i]] = group.values[i];
  ordered_json patterns = ordered_json::array();
  for (std::size_t i = 0; i < group.patterns.size(); ++i) {
    const auto& [pattern, mean] = group.patterns[i];
    if (only_best && i != group.best) continue;
    patterns.push_back({{"pattern", pattern},
                        {std::string(findings.figure), mean.seconds},
                        {"half_width_seconds", value_or_null(mean.half_width)},
                        {"seeds", mean.seeds},
                        {"points", mean.points}});
  }
  ordered_json lead;
  if (group.lead)
    lead = {{"over", group.patterns[*group.second].pattern},
            {"seconds", group.lead->seconds},
            {"half_width_seconds", value_or_null(group.lead->half_width)}};
  return {{"values", std::move(values)},
          {"patterns", std::move(patterns)},
          {"best", group.patterns[group.best].pattern},
          {"lead", std::move(lead)}};
}

}  // namespace

SweepFindings findings_of(SweepDatabase& database, const StoredSweep& stored,
                          const std::vector<std::string>& group_by) {
  const std::vector<std::string> pointers = compared_settings(stored.sweep);
  const std::vector<std::size_t> columns = columns_of(pointers, group_by);
  SweepFindings findings;
  findings.name = stored.sweep.name;
  if (counts_all_steps(database)) findings.figure = "total_seconds";
  const std::vector<Sample> measurements = measurements_of(database, stored, findings.figure);
  for (const std::size_t column : columns) findings.pointers.push_back(pointers[column]);
  findings.groups = group_means(measurements, columns);
  findings.crossover_pointers = pointers;
  findings.crossovers = crossovers(group_means(measurements, columns_of(pointers, {})));
  const std::vector<PointStatus> statuses = database.statuses();
  const auto count = [&](PointStatus status) {
    return static_cast<std::size_t>(std::ranges::count(statuses, status));
  };
  findings.done = count(PointStatus::done);
  findings.failed = count(PointStatus::failed);
  findings.pending = count(PointStatus::pending);
  return findings;
}

std::string findings_table(const SweepFindings& findings, bool only_best) {
  std::string text = fmt::format("{}: {} points done, {} failed, {} without a result\n\n", findings.name,
                                 findings.done, findings.failed, findings.pending);
  text += groups_table(findings, only_best);
  if (findings.crossovers.empty()) return text;
  text += "\nThe best pattern changes at\n";
  for (const Crossover& one : findings.crossovers) text += crossover_line(findings, one);
  return text;
}

ordered_json findings_json(const SweepFindings& findings, bool only_best) {
  ordered_json groups = ordered_json::array();
  for (const GroupMeans& group : findings.groups) groups.push_back(group_json(findings, group, only_best));
  ordered_json crossings = ordered_json::array();
  for (const Crossover& one : findings.crossovers) {
    ordered_json others = ordered_json::object();
    for (std::size_t i = 0; i < one.others.size(); ++i)
      if (i != one.column) others[findings.crossover_pointers[i]] = one.others[i];
    crossings.push_back({{"pointer", findings.crossover_pointers[one.column]},
                         {"values", std::move(others)},
                         {"below", one.below},
                         {"above", one.above},
                         {"best_below", one.best_below},
                         {"best_above", one.best_above},
                         {"at", value_or_null(one.at)}});
  }
  return {{"sweep", findings.name},
          {"figure", findings.figure},
          {"done", findings.done},
          {"failed", findings.failed},
          {"pending", findings.pending},
          {"groups", std::move(groups)},
          {"crossovers", std::move(crossings)}};
}

}  // namespace epsim
