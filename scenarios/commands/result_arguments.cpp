#include "scenarios/commands/result_arguments.hpp"

#include <CLI/CLI.hpp>

#include "scenarios/commands/arguments.hpp"

namespace epsim {

void add_plot(CLI::App& app, PlotOptions& options, std::function<void()>& chosen) {
  CLI::App* command = app.add_subcommand("plot", "paper-ready plots of exported results, by matplotlib");
  command
      ->add_option("INPUT", options.input,
                   "a folder of compare --out, a .csv of sweep export, or a .json of validate --json")
      ->required()
      ->check(fault_of_name);
  command
      ->add_option("--kind", options.kind,
                   "comparison, blame, timeline, traffic, waits, sweep or validation (default: all that "
                   "INPUT has)")
      ->type_name("NAME");
  command->add_option("--out", options.out, "where to write them (default: the current folder)")
      ->type_name("DIR")
      ->check(fault_of_name);
  command->add_option("--format", options.format, "of pdf, svg, png, separated by commas (default: all)")
      ->type_name("NAMES");
  command->add_option("--pattern", options.pattern, "or several, separated by commas: no others are drawn")
      ->type_name("NAME");
  command->add_option("--phase", options.phase, "alone, of traffic and waits: dispatch or combine")
      ->type_name("NAME");
  command->add_option("--x", options.x, "of a sweep (default: the first pointer with several numbers)")
      ->type_name("/POINTER");
  command->add_option("--y", options.y, "of a sweep (default: layer_seconds)")->type_name("COLUMN");
  command->callback([&options, &chosen] { chosen = [&options] { plot(options); }; });
}

void add_report(CLI::App& app, ReportOptions& options, std::function<void()>& chosen) {
  CLI::App* command =
      app.add_subcommand("report", "one HTML file that shows a result, offline, to send to others");
  command->add_option("INPUT", options.input, "a folder of compare --out or run --out, or a sweep's database")
      ->required()
      ->check(fault_of_name);
  command
      ->add_option("--output", options.output,
                   "instead of report.html in that folder, or beside that database")
      ->type_name("FILE")
      ->check(fault_of_name);
  command->callback([&options, &chosen] { chosen = [&options] { report(options); }; });
}

}  // namespace epsim
