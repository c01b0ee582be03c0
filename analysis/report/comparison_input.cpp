#include "analysis/report/comparison_input.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "platforms/error.hpp"
#include "platforms/printable.hpp"

namespace epsim {

std::size_t ReportDevices::place_of(const CsvFile& row, std::size_t column) const {
  const double wanted = row.number(column);
  const auto found = std::ranges::lower_bound(device, wanted);
  if (found == device.end() || *found != wanted)
    throw row.fault("device " + row.text(column) + " is not of the group in result.json");
  return static_cast<std::size_t>(found - device.begin());
}

ComparisonInput::ComparisonInput(std::filesystem::path folder_of_files, const nlohmann::ordered_json& read)
    : folder(std::move(folder_of_files)), result(read) {
  for (const auto& run_of_pattern : result.at("patterns")) patterns.push_back(run_of_pattern.at("pattern"));
  const auto& placement = run(0).at("placement");
  std::map<int, int> node_of_device;
  for (std::size_t rank = 0; rank < placement.at("devices").size(); ++rank)
    node_of_device[placement.at("devices").at(rank).get<int>()] = placement.at("nodes").at(rank).get<int>();
  for (const auto& [device, node] : node_of_device) {
    devices.device.push_back(device);
    devices.node.push_back(node);
  }
}

CsvFile ComparisonInput::table(const char* name, const std::vector<std::string>& columns) const {
  return {folder / name, columns};
}

std::size_t ComparisonInput::pattern_in(const CsvFile& row, std::size_t column) const {
  const auto found = std::ranges::find(patterns, row.text(column));
  if (found == patterns.end())
    throw row.fault("pattern \"" + printable(row.text(column), 40) + "\" is not in result.json");
  return static_cast<std::size_t>(found - patterns.begin());
}

double ComparisonInput::number(std::size_t pattern, const char* pointer) const {
  return run(pattern).at(nlohmann::ordered_json::json_pointer(pointer)).get<double>();
}

void ComparisonInput::require_same(const char* name, double found, double said) const {
  constexpr double rounding = 1e-9;
  if (std::abs(found - said) > rounding * std::abs(said))
    throw input_error(folder.string(),
                      std::string("result.json and ") + name + " are of different runs, or not whole",
                      "run epsim compare --out again");
}

}  // namespace epsim
