// `epsim report`, and the report that `--out` writes: one HTML file with everything in it.
#pragma once

#include <iosfwd>
#include <string>

#include "analysis/report/result_file.hpp"

namespace epsim {

inline constexpr const char* report_file = "report.html";

struct ReportOptions {
  std::string input;   ///< a folder of --out, or a sweep's database
  std::string output;  ///< empty: report.html in the folder, or DB's name with .html
};

void report(const ReportOptions& options);

/// Writes a comparison's report. Throws Error as comparison_data.
void write_comparison_report(std::ostream& out, const ResultFiles& files);

/// Why reports have no charts, and what to do; empty: they have.
[[nodiscard]] std::string missing_charts();

}  // namespace epsim
