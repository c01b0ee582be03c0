#include "analysis/report/comparison_input.hpp"

#include <algorithm>
#include <cmath>

#include "platforms/error.hpp"
#include "platforms/printable.hpp"

namespace epsim {

CsvFile ComparisonInput::table(const char* name, const std::vector<std::string>& columns) const {
  return {files.place(name), files.name_of(name), columns};
}

std::size_t ComparisonInput::pattern_in(const CsvFile& row, std::size_t column) const {
  const auto found = std::ranges::find(patterns, row.text(column));
  if (found == patterns.end())
    throw row.fault("pattern \"" + printable(row.text(column), 40) + "\" is not in result.json");
  return static_cast<std::size_t>(found - patterns.begin());
}

void ComparisonInput::refuse_mixture(const char* name) const {
  throw input_error(files.folder,
                    std::string("result.json and ") + name + " are of different runs, or not whole",
                    "run epsim compare --out again");
}

void ComparisonInput::require_same(const char* name, double found, double said) const {
  constexpr double rounding = 1e-9;
  if (std::abs(found - said) > rounding * std::abs(said)) refuse_mixture(name);
}

std::size_t ReportDevices::place_of(const CsvFile& row, std::size_t column) const {
  const double wanted = row.number(column);
  const auto found = std::ranges::lower_bound(device, wanted);
  if (found == device.end() || *found != wanted)
    throw row.fault("device " + row.text(column) + " is not in spans.csv");
  return static_cast<std::size_t>(found - device.begin());
}

}  // namespace epsim
