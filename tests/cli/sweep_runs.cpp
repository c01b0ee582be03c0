#include "tests/cli/sweep_runs.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "tests/support/sweeps.hpp"

namespace epsim {
namespace {

/// The columns of a CSV line; fields in quotes may hold commas.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool is_quoted = false;
  for (const char c : line) {
    if (c == '"') is_quoted = !is_quoted;
    if (c == ',' && !is_quoted)
      fields.emplace_back();
    else
      fields.back() += c;
  }
  return fields;
}

bool may_differ(const std::string& column) {
  return std::ranges::any_of(std::vector<std::string>{"wall_", "memory_", "started_", "finished_"},
                             [&](const std::string& prefix) { return column.starts_with(prefix); });
}

}  // namespace

SweepRun::SweepRun(int points) {
  nlohmann::json tokens = nlohmann::json::array();
  for (int i = 0; i < points; ++i) tokens.push_back(9 + i);
  document_ = {{"base", small_base()}, {"patterns", {"all_to_all", "ring"}}};
  add_grid("/workload/tokens_per_device", tokens);
}

void SweepRun::add_grid(const std::string& pointer, const nlohmann::json& values) {
  document_["grid"][pointer] = values;
  static_cast<void>(folder_.write("points.json", document_.dump(2)));
}

CommandResult SweepRun::epsim(const std::vector<std::string>& arguments) const {
  return Command(outputs_, arguments, folder()).wait();
}

std::string SweepRun::table(const std::string& database) const {
  const CommandResult result = epsim({"sweep", "export", database});
  REQUIRE_MESSAGE(result.exit_code == 0, result.err);
  std::istringstream lines(result.out);
  std::vector<std::string> columns;
  std::string table;
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::string> fields = fields_of(line);
    if (columns.empty()) columns = fields;
    for (std::size_t i = 0; i < fields.size(); ++i)
      if (!may_differ(columns[i])) table += fields[i] + (i + 1 < fields.size() ? "," : "");
    table += '\n';
  }
  return table;
}

std::size_t count_lines(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

}  // namespace epsim
