#include "scenarios/commands/report.hpp"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>
#include <vector>

#include "analysis/exports/output_directory.hpp"
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

constexpr const char* no_charts =
    "this epsim was built without Apache ECharts, so reports have tables only; install npm and run ./epsim "
    "report, which fetches it";

/// `place` of errors about the target; `input` is a file that it must not replace.
void write_report(const std::string& title, nlohmann::ordered_json data, const fs::path& target,
                  const std::string& place, const fs::path& input) {
  PageParts parts;
  std::vector<std::string_view> scripts;
  for (const EmbeddedFile& file : embedded_report_scripts()) scripts.push_back(file.text);
  parts.scripts = scripts;
  for (const EmbeddedFile& file : embedded_report_styles()) parts.style = file.text;
  for (const EmbeddedFile& file : embedded_charts()) parts.charts = file.text;
  if (parts.charts.empty()) data["no_charts"] = no_charts;
  OutputFile file(target, place, input);
  write_page(file.stream(), parts, title + " - epsim", data);
  file.commit();
}

void tell_of_missing_charts() {
  if (embedded_charts().empty()) std::cerr << "epsim: " << no_charts << '\n';
}

/// What a report is made from is not to be lost.
void refuse_inputs(const fs::path& folder, const fs::path& target) {
  for (const char* input : result_files::all) {
    std::error_code ignored;
    if (fs::equivalent(folder / input, target, ignored))
      throw input_error("--output", target.string() + " is what is to be read", "name another file");
  }
}

void report_sweep(const ReportOptions& options) {
  const bool is_named = !options.output.empty();
  const fs::path target =
      is_named ? fs::path(options.output) : fs::path(options.input).replace_filename(report_file_name);
  StoredResults results(options.input);
  refuse_notes_of(options.input, target);
  nlohmann::ordered_json data = sweep_report_data(results.database, results.stored);
  const std::string title = data["name"];
  write_report(title, std::move(data), target, is_named ? "--output" : target.string(), options.input);
  tell_of_missing_charts();
  print(target.string() + '\n');
}

}  // namespace

void write_comparison_report(const fs::path& folder, const fs::path& target, bool quiet) {
  nlohmann::ordered_json data = comparison_data(folder);
  const std::string title = data["result"]["scenario"];
  write_report(title, std::move(data), target, target.string(), folder / result_files::result);
  if (!quiet) tell_of_missing_charts();
}

void report(const ReportOptions& options) {
  const fs::path input = options.input;
  constexpr const char* remedy = "give a folder of compare --out or run --out, or a sweep's database";
  if (!fs::exists(input)) throw input_error(options.input, "does not exist", remedy);
  if (!fs::is_directory(input)) {
    const auto is_part = [&](const char* name) { return input.filename() == name; };
    if (std::ranges::any_of(result_files::all, is_part))
      throw input_error(options.input, "is one file of a result", "give its folder");
    return report_sweep(options);
  }
  const fs::path target = options.output.empty() ? input / report_file_name : fs::path(options.output);
  refuse_inputs(input, target);
  write_comparison_report(input, target, false);
  print(target.string() + '\n');
}

}  // namespace epsim
