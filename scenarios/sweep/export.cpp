#include "scenarios/sweep/export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>
#include <variant>

#include "analysis/exports/csv.hpp"
#include "platforms/printable.hpp"
#include "scenarios/reader/json_reader.hpp"
#include "scenarios/reader/limits.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

using nlohmann::json;

std::string query() {
  std::string sql =
      "SELECT plan.point, plan.combination, points.status, points.error, points.wall_seconds,"
      " points.memory_bytes, points.started_at, points.finished_at, results.pattern";
  for (const ResultColumn& column : result_columns()) sql += fmt::format(", results.{}", column.name);
  return sql +
         " FROM plan JOIN points USING(identity) LEFT JOIN results USING(identity)"
         " ORDER BY plan.point, results.place";
}
constexpr int first_figure = 9;

/// What a column of this type can hold; nothing: the row is damaged.
std::optional<Cell> cell_in(const Statement& row, int column, std::string_view sql_type) {
  if (row.is_null(column)) return Cell();
  if (sql_type == "TEXT")
    return row.is_text(column) ? std::optional<Cell>(printable(row.text(column))) : std::nullopt;
  if (sql_type == "INTEGER")
    return row.is_integer(column) ? std::optional<Cell>(row.integer(column)) : std::nullopt;
  if (!row.is_real(column) || !std::isfinite(row.real(column))) return std::nullopt;
  return row.real(column);
}

/// Where each kind of setting stands among a combination's.
struct Places {
  std::vector<std::size_t> settings;  ///< by setting_pointers
  std::size_t seed = SIZE_MAX;        ///< SIZE_MAX: not swept
  std::size_t pattern = SIZE_MAX;
};

Places places_in(const Sweep& sweep) {
  Places places;
  const std::vector<std::string> pointers = swept_pointers(sweep);
  for (std::size_t i = 0; i < pointers.size(); ++i) {
    if (pointers[i] == seed_pointer)
      places.seed = i;
    else
      places.settings.push_back(i);
    if (pointers[i] == "/expert_parallel/communication_pattern") places.pattern = i;
  }
  return places;
}

/// A swept seed; nothing when it is none, as at a point that failed for that.
std::optional<std::int64_t> seed_in(const json& value) {
  std::vector<Problem> ignored;
  return read_integer(value, "", limits::seed, ignored);
}

/// The row's cells before its pattern.
ExportRow row_of(const Statement& select, const StoredSweep& stored, const Places& places,
                 const std::filesystem::path& database) {
  const auto check = [&](bool is_right, std::string_view what) {
    if (!is_right)
      throw damaged_database(database, fmt::format("point {} has no {}", select.integer(0), what));
  };
  check(select.is_integer(1) && select.integer(1) >= 0 &&
            static_cast<std::uint64_t>(select.integer(1)) < combinations(stored.sweep),
        "combination of the sweep");
  check(select.text(2) == "done" || select.text(2) == "failed", "status");
  check(std::isfinite(select.real(4)) && std::isfinite(select.real(5)), "time or memory");
  const auto settings = settings_of(stored.sweep, static_cast<std::uint64_t>(select.integer(1)));
  ExportRow row;
  row.point = static_cast<std::uint64_t>(select.integer(0));
  row.seed = places.seed < settings.size() ? seed_in(*settings[places.seed]) : stored.seed;
  for (const std::size_t place : places.settings) row.settings.push_back(settings[place]);
  row.is_done = select.text(2) == "done";
  row.error = printable(select.text(3));
  row.wall_seconds = select.real(4);
  row.memory_bytes = select.real(5);
  row.started_at = printable(select.text(6));
  row.finished_at = printable(select.text(7));
  for (std::size_t i = 0; i < result_columns().size(); ++i) {
    const ResultColumn& column = result_columns()[i];
    const auto cell = cell_in(select, first_figure + static_cast<int>(i), column.sql_type);
    check(cell.has_value(), column.name);
    row.figures.push_back(*cell);
  }
  if (places.pattern < settings.size() && settings[places.pattern]->is_string())
    row.pattern = settings[places.pattern]->get<std::string>();
  return row;
}

std::string csv_field(const Cell& cell) {
  return std::visit(
      [](const auto& value) -> std::string {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::monostate>)
          return "";
        else if constexpr (std::is_same_v<Value, std::string>)
          return csv_text(value);
        else
          return fmt::format("{}", value);
      },
      cell);
}

std::string csv_field(const json& value) {
  if (value.is_null()) return "";
  return csv_text(value.is_string() ? value.get<std::string>() : value.dump());
}

void append_csv(fmt::memory_buffer& out, const ExportRow& row) {
  const auto end = std::back_inserter(out);
  fmt::format_to(end, "{},{},{}", row.point, csv_field(row.seed ? Cell(*row.seed) : Cell()), row.pattern);
  for (const json* setting : row.settings) fmt::format_to(end, ",{}", csv_field(*setting));
  for (const Cell& figure : row.figures) fmt::format_to(end, ",{}", csv_field(figure));
  fmt::format_to(end, ",{},{},{},{},{},{}\n", row.is_done ? "done" : "failed", csv_text(row.error),
                 row.wall_seconds, row.memory_bytes, row.started_at, row.finished_at);
}

void write_piece(std::ostream& out, fmt::memory_buffer& text, std::size_t larger_than) {
  if (text.size() <= larger_than) return;
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  text.clear();
}

constexpr std::size_t piece = 1 << 16;

}  // namespace

std::vector<std::string> setting_pointers(const Sweep& sweep) {
  std::vector<std::string> pointers = swept_pointers(sweep);
  std::erase(pointers, seed_pointer);
  return pointers;
}

void for_each_row(SweepDatabase& database, const StoredSweep& stored,
                  const std::function<void(const ExportRow&)>& visit) {
  const Places places = places_in(stored.sweep);
  Statement select = database.connection().prepare(query());
  while (select.step()) {
    ExportRow row = row_of(select, stored, places, database.path());
    if (!select.is_null(first_figure - 1)) {
      row.pattern = printable(select.text(first_figure - 1));
      visit(row);
      continue;
    }
    // A failed point has a row for every pattern that it should have run.
    if (stored.sweep.patterns.empty()) visit(row);
    for (const PatternKind kind : stored.sweep.patterns) {
      row.pattern = name_of(kind);
      visit(row);
    }
  }
}

void write_csv(std::ostream& out, SweepDatabase& database, const StoredSweep& stored) {
  out << "point,seed,pattern";
  for (const std::string& pointer : setting_pointers(stored.sweep)) out << ',' << csv_text(pointer);
  for (const ResultColumn& column : result_columns()) out << ',' << column.name;
  out << ",status,error,wall_seconds,memory_bytes,started_at,finished_at\n";
  fmt::memory_buffer text;
  for_each_row(database, stored, [&](const ExportRow& row) {
    append_csv(text, row);
    write_piece(out, text, piece);
  });
  write_piece(out, text, 0);
}

void write_json_lines(std::ostream& out, SweepDatabase& database, const StoredSweep& stored) {
  const std::vector<std::string> pointers = setting_pointers(stored.sweep);
  for_each_row(database, stored, [&](const ExportRow& row) {
    nlohmann::ordered_json line = {
        {"point", row.point}, {"seed", row.seed ? json(*row.seed) : json()}, {"pattern", row.pattern}};
    for (std::size_t i = 0; i < pointers.size(); ++i) line[pointers[i]] = *row.settings[i];
    for (std::size_t i = 0; i < row.figures.size(); ++i)
      line[std::string(result_columns()[i].name)] = json_of(row.figures[i]);
    line["status"] = row.is_done ? "done" : "failed";
    line["error"] = row.error;
    line["wall_seconds"] = row.wall_seconds;
    line["memory_bytes"] = row.memory_bytes;
    line["started_at"] = row.started_at;
    line["finished_at"] = row.finished_at;
    out << line.dump() << '\n';
  });
}

}  // namespace epsim
