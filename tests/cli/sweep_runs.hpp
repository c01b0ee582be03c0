// Sweeps of tiny points in folders of their own.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/cli/command.hpp"

namespace epsim {

class SweepRun {
 public:
  /// `points` token counts from 9 on, all_to_all and ring.
  explicit SweepRun(int points);

  [[nodiscard]] std::string file() const { return (folder() / "points.json").string(); }
  [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }
  [[nodiscard]] const TemporaryFolder& temporary() const { return outputs_; }
  void add_grid(const std::string& pointer, const nlohmann::json& values);
  /// Runs in the folder.
  [[nodiscard]] CommandResult epsim(const std::vector<std::string>& arguments) const;
  /// The exported table without the columns that may differ between two runs.
  [[nodiscard]] std::string table(const std::string& database = "points.db") const;

 private:
  TemporaryFolder folder_;
  TemporaryFolder outputs_;
  nlohmann::json document_;
};

[[nodiscard]] std::size_t count_lines(const std::string& text);

}  // namespace epsim
