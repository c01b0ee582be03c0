// What the readers of a comparison's tables share: where the files are, and what result.json says of them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/report/csv_file.hpp"
#include "analysis/report/result_file.hpp"

namespace epsim {

struct ComparisonInput {
  const ResultFiles& files;
  const nlohmann::ordered_json& result;
  std::vector<std::string> patterns;  ///< in the result's order

  /// Opens one of the tables.
  [[nodiscard]] CsvFile table(const char* name, const std::vector<std::string>& columns) const;
  /// Place of a row's pattern. Throws Error (input) for one that result.json does not have.
  [[nodiscard]] std::size_t pattern_in(const CsvFile& row, std::size_t column) const;
  /// Of a pattern's run, in result.json.
  [[nodiscard]] const nlohmann::ordered_json& run(std::size_t pattern) const {
    return result["patterns"][pattern];
  }
  /// Throws Error (input): this table and result.json do not belong together.
  [[noreturn]] void refuse_mixture(const char* name) const;
  /// refuse_mixture unless the table's figure is that of result.json.
  void require_same(const char* name, double found, double said) const;
};

/// The devices that took part, ascending, and their nodes.
struct ReportDevices {
  std::vector<int> device;
  std::vector<int> node;

  [[nodiscard]] std::size_t size() const { return device.size(); }
  /// Throws Error (input) for another one.
  [[nodiscard]] std::size_t place_of(const CsvFile& row, std::size_t column) const;
};

}  // namespace epsim
