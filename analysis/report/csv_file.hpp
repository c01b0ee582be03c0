// Reads the CSV files that epsim writes, row by row: they may be larger than memory.
#pragma once

#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platforms/error.hpp"

namespace epsim {

class CsvFile {
 public:
  /// `columns` are those that are wanted, in the order in which fields are asked
  /// for. Throws Error (input) when it is no file, or a column is missing.
  CsvFile(const std::filesystem::path& path, const std::vector<std::string>& columns);

  /// The next row; false after the last. Throws Error (input) for a row with another number of fields than
  /// the header, as the last one of a file that was cut short.
  bool next();

  /// Of the row, by place among the columns. Valid until next().
  [[nodiscard]] const std::string& text(std::size_t column) const { return fields_[place_[column]]; }
  /// Throws Error (input) when it is no finite number.
  [[nodiscard]] double number(std::size_t column) const;
  /// Of a device or node. Throws Error (input) when it is no whole number from 0 to 2^24.
  [[nodiscard]] int index(std::size_t column) const;
  /// Throws Error (input) unless it is one of `names`; its place there.
  [[nodiscard]] std::size_t choice(std::size_t column, std::span<const std::string_view> names) const;

  /// Error (input) with file and line.
  [[nodiscard]] Error fault(const std::string& what) const;

 private:
  bool read_fields();

  std::string name_;
  std::ifstream file_;
  std::size_t line_ = 0;
  std::size_t field_count_ = 0;
  std::vector<std::size_t> place_;  // in the file, by column
  std::vector<std::string> fields_;
  std::string buffer_;
};

}  // namespace epsim
