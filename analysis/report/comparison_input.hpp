// What the readers of a comparison's tables share: where the files are, and what result.json says of them.
#pragma once

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/report/csv_file.hpp"
#include "sim/phase.hpp"

namespace epsim {

/// The phases in which devices exchange anything.
inline constexpr std::array exchange_phases = {name_of(Phase::dispatch), name_of(Phase::combine)};

/// The devices of the group, ascending, and their nodes.
struct ReportDevices {
  std::vector<int> device;
  std::vector<int> node;

  [[nodiscard]] std::size_t size() const { return device.size(); }
  /// Throws Error (input) for another one.
  [[nodiscard]] std::size_t place_of(const CsvFile& row, std::size_t column) const;
};

/// A result as read_result has checked it.
struct ComparisonInput {
  ComparisonInput(std::filesystem::path folder_of_files, const nlohmann::ordered_json& read);

  std::filesystem::path folder;
  const nlohmann::ordered_json& result;
  std::vector<std::string> patterns;  ///< in the result's order
  ReportDevices devices;

  /// Opens one of the tables.
  [[nodiscard]] CsvFile table(const char* name, const std::vector<std::string>& columns) const;
  /// Place of a row's pattern. Throws Error (input) for one that result.json does not have.
  [[nodiscard]] std::size_t pattern_in(const CsvFile& row, std::size_t column) const;
  /// Of a pattern's run, in result.json.
  [[nodiscard]] const nlohmann::ordered_json& run(std::size_t pattern) const {
    return result.at("patterns").at(pattern);
  }
  /// A number of a run. Precondition: read_result has checked that it is there.
  [[nodiscard]] double number(std::size_t pattern, const char* pointer) const;
  /// Throws Error (input) unless the table's figure is that of result.json: they do not belong together.
  void require_same(const char* name, double found, double said) const;
};

}  // namespace epsim
