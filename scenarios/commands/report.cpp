#include "scenarios/commands/report.hpp"

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "analysis/report/comparison.hpp"
#include "analysis/report/page.hpp"
#include "platforms/error.hpp"
#include "platforms/system/temporary_file.hpp"
#include "scenarios/commands/experiment_command.hpp"
#include "scenarios/commands/stored_results.hpp"
#include "scenarios/reader/embedded.hpp"
#include "scenarios/sweep/report_data.hpp"

namespace epsim {
namespace {

namespace fs = std::filesystem;

void write_report(std::ostream& out, const std::string& title, const nlohmann::ordered_json& data) {
  PageParts parts;
  std::vector<std::string_view> scripts;
  for (const EmbeddedFile& file : embedded_report_scripts()) scripts.push_back(file.text);
  parts.scripts = scripts;
  for (const EmbeddedFile& file : embedded_report_styles()) parts.style = file.text;
  for (const EmbeddedFile& file : embedded_charts()) parts.charts = file.text;
  write_page(out, parts, title, data);
}

ResultFiles files_in(const fs::path& folder) {
  return {folder.string(), [folder](const char* name) { return folder / name; }};
}

}  // namespace

std::string missing_charts() {
  if (!embedded_charts().empty()) return "";
  return "this epsim was built without Apache ECharts, so the report has tables only; install npm and run "
         "./epsim report again, which fetches it";
}

void write_comparison_report(std::ostream& out, const ResultFiles& files) {
  nlohmann::ordered_json data = comparison_data(files);
  if (const std::string why = missing_charts(); !why.empty()) data["no_charts"] = why;
  write_report(out, data["result"]["scenario"].get<std::string>() + " - epsim", data);
}

namespace {

/// Tells of missing charts, too.
void put_in_place(const std::string& page, const fs::path& target, const fs::path& input) {
  OutputFile file(target, "--output", input);
  file.stream() << page;
  file.commit();
  if (const std::string why = missing_charts(); !why.empty()) std::cerr << "epsim: " << why << '\n';
  print(target.string() + '\n');
}

void report_sweep(const ReportOptions& options) {
  StoredResults results(options.input);
  fs::path target = options.output;
  if (target.empty()) target = fs::path(options.input).replace_extension(".html");
  refuse_notes_of(options.input, target);
  nlohmann::ordered_json data = sweep_report_data(results.database, results.stored);
  if (const std::string why = missing_charts(); !why.empty()) data["no_charts"] = why;
  std::ostringstream page;
  write_report(page, data["name"].get<std::string>() + " - epsim", data);
  put_in_place(page.str(), target, options.input);
}

}  // namespace

void report(const ReportOptions& options) {
  const fs::path input = options.input;
  if (!fs::is_directory(input)) return report_sweep(options);
  const ResultFiles files = files_in(input);
  std::ostringstream page;
  write_comparison_report(page, files);
  put_in_place(page.str(), options.output.empty() ? input / report_file : fs::path(options.output),
               files.place("result.json"));
}

}  // namespace epsim
