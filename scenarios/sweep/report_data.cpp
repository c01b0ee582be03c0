#include "scenarios/sweep/report_data.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "analysis/version.hpp"
#include "scenarios/sweep/export.hpp"
#include "scenarios/sweep/show.hpp"
#include "scenarios/sweep/statistics.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json row_json(const ExportRow& row) {
  Json settings = Json::array();
  for (const nlohmann::json* value : row.settings) settings.push_back(Json(*value));
  Json figures = Json::array();
  for (const Cell& cell : row.figures) figures.push_back(Json(json_of(cell)));
  return {{"point", row.point},
          {"seed", row.seed ? Json(std::to_string(*row.seed)) : Json(nullptr)},
          {"pattern", row.pattern},
          {"settings", std::move(settings)},
          {"figures", std::move(figures)},
          {"status", row.is_done ? "done" : "failed"},
          {"error", row.error}};
}

/// {point, version, resolved}: of the first that is done.
Json scenario_of_first_point(SweepDatabase& database) {
  Statement select = database.connection().prepare(
      "SELECT plan.point, points.version, points.scenario FROM plan JOIN points USING(identity)"
      " WHERE points.status = 'done' ORDER BY plan.point LIMIT 1");
  if (!select.step()) return nullptr;
  Json resolved = Json::parse(select.text(2), nullptr, false);
  if (!resolved.is_object()) throw damaged_database(database.path(), "a point without its scenario");
  return {{"point", select.integer(0)}, {"version", select.text(1)}, {"resolved", std::move(resolved)}};
}

}  // namespace

Json sweep_report_data(SweepDatabase& database, const StoredSweep& stored) {
  const SweepFindings findings = findings_of(database, stored, {});
  if (findings.done == 0)
    throw input_error(database.path().string(),
                      findings.failed > 0 ? fmt::format("has no results: {} points failed", findings.failed)
                                          : "has no results yet",
                      findings.failed > 0 ? "epsim sweep export says why" : "run epsim sweep FILE first");
  Json patterns = Json::array();
  for (const PatternKind kind : stored.sweep.patterns) patterns.push_back(name_of(kind));
  Json columns = Json::array();
  for (const ResultColumn& column : result_columns())
    columns.push_back({{"name", column.name}, {"type", column.sql_type}});
  Json rows = Json::array();
  std::set<std::int64_t> seeds;
  for_each_row(database, stored, [&](const ExportRow& row) {
    if (row.seed) seeds.insert(*row.seed);
    rows.push_back(row_json(row));
  });
  Json quantiles = Json::array({nullptr});
  for (std::size_t degrees = 1; degrees < seeds.size(); ++degrees)
    quantiles.push_back(t_quantile_975(degrees));
  return {{"kind", "sweep"},
          {"version", version()},
          {"name", stored.sweep.name},
          {"question", text_or_null(stored.sweep.question)},
          {"expect", text_or_null(stored.sweep.expect)},
          {"figure", findings.figure},
          {"pointers", setting_pointers(stored.sweep)},
          {"patterns", std::move(patterns)},
          {"columns", std::move(columns)},
          {"t_quantiles", std::move(quantiles)},
          {"done", findings.done},
          {"failed", findings.failed},
          {"pending", findings.pending},
          {"scenario", scenario_of_first_point(database)},
          {"rows", std::move(rows)}};
}

}  // namespace epsim
