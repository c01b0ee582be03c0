// `epsim report`, and the report that `--out` writes: one HTML file with everything in it.
#pragma once

#include <filesystem>
#include <string>

namespace epsim {

struct ReportOptions {
  std::string input;   ///< a folder of --out, or a sweep's database
  std::string output;  ///< empty: report.html in that folder, or beside that database
};

void report(const ReportOptions& options);

/// Makes the report of a folder of --out. Where this program has no charts, that is said unless `quiet`.
/// Throws Error as comparison_data, and when the file cannot be written.
void write_comparison_report(const std::filesystem::path& folder, const std::filesystem::path& target,
                             bool quiet);

}  // namespace epsim
