#include "scenarios/commands/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "analysis/version.hpp"
#include "platforms/error.hpp"
#include "platforms/parameter.hpp"
#include "platforms/system/machine.hpp"
#include "platforms/system/signals.hpp"
#include "platforms/system/temporary_file.hpp"
#include "scenarios/commands/arguments.hpp"
#include "scenarios/commands/compare.hpp"
#include "scenarios/commands/estimate.hpp"
#include "scenarios/commands/fit.hpp"
#include "scenarios/commands/list.hpp"
#include "scenarios/commands/measurement_arguments.hpp"
#include "scenarios/commands/outcome.hpp"
#include "scenarios/commands/plan.hpp"
#include "scenarios/commands/result_arguments.hpp"
#include "scenarios/commands/run.hpp"
#include "scenarios/commands/sweep.hpp"
#include "scenarios/commands/topology.hpp"
#include "scenarios/reader/nearest_name.hpp"

namespace epsim {
namespace {

/// What was asked for. Commands store themselves in `command` when CLI11 finds them.
struct CommandLine {
  ExperimentOptions experiment;
  FitOptions fit;
  std::string list_kind;
  bool list_json = false;
  SweepOptions sweep;
  SweepExportOptions sweep_export;
  SweepShowOptions sweep_show;
  SweepMergeOptions sweep_merge;
  TopologyOptions topology;
  PlanOptions plan;
  PlotOptions plot;
  ReportOptions report;
  ValidateOptions validate;
  CalibrateOptions calibrate;
  std::function<void()> command;
};

void add_scenario_options(CLI::App& command, ExperimentOptions& options) {
  command.add_option("SCENARIO", options.scenario, "scenario file, - for standard input")
      ->required()
      ->check(fault_of_name);
  // One value per --set: otherwise it would swallow the scenario.
  command.add_option("--set", options.overrides, "override a value of the scenario; may be repeated")
      ->type_name("/POINTER=VALUE")
      ->allow_extra_args(false);
  command.add_flag("--json", options.json, "print JSON instead of a table");
}

CLI::Option* add_patterns_option(CLI::App& command, ExperimentOptions& options) {
  return command.add_option("--patterns", options.patterns, "only these, separated by commas")
      ->type_name("NAMES")
      ->delimiter(',')
      ->allow_extra_args(false);
}

void add_experiment_options(CLI::App& command, ExperimentOptions& options) {
  add_scenario_options(command, options);
  command
      .add_option(
          "--engine", options.engine,
          "instead of the scenario's: simgrid (the default), fluid (fast at scale) or auto (whichever is "
          "quick enough)")
      ->type_name("NAME");
  command
      .add_option(
          "--resolution", options.resolution,
          "of the fluid engine where exact times would take it long: the part by which they may be off, "
          "0 (exact) to 0.01 (default: 0.002)")
      ->type_name("R")
      ->check(fault_of_number);
  command.add_option("--out", options.out, "write report.html, result.json, CSV and traces there")
      ->type_name("DIR")
      ->check(fault_of_name);
  command.add_flag("--paje", options.paje,
                   "with --out: SimGrid's own trace of the links, trace_PATTERN.paje (several times slower)");
  command.add_option("--jobs", options.jobs, "simulations at a time (default: one per core)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  command.add_flag("--blame", options.blame,
                   "also what the critical path goes on, and what each would take without that (simulated)");
  command.add_flag("--rates", options.rates, "also algbw, busbw, DeepEP's rates and tokens/s of each phase");
  command.add_flag("--check", options.check,
                   "prove every schedule right before it runs, and every run possible after it");
  command.add_flag("--quiet", options.quiet, "nothing but results and errors");
}

void add_sweep_options(CLI::App& command, SweepOptions& options) {
  command.add_option("FILE", options.file, "sweep file")->check(fault_of_name);
  command.add_option("--set", options.overrides, "override a value of the base scenario; may be repeated")
      ->type_name("/POINTER=VALUE")
      ->allow_extra_args(false);
  command.add_option("--db", options.db, "results (default: FILE's name with .db, in the current folder)")
      ->type_name("DB")
      ->check(fault_of_name);
  command.add_option("--jobs", options.jobs, "points at a time (default: one per core)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  command.add_option("--shard", options.shard, "run the I-th of N parts, into a database of its own")
      ->type_name("I/N")
      ->check(fault_of_name);
  command.add_option("--time-limit", options.time_limit, "a point that takes longer fails")
      ->type_name("SECONDS")
      ->check(fault_of_seconds);
  command
      .add_option("--memory-limit", options.memory_limit,
                  "of each process, like 4GB; a point that needs more fails")
      ->type_name("BYTES")
      ->check(fault_of_name);
  command.add_flag("--slurm", options.slurm, "submit a Slurm job array and a job that merges its results");
  command.add_option("--shards", options.shards, "tasks of the job array (default: 4)")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000));
  command
      .add_option("--sbatch", options.sbatch_options,
                  "an option for sbatch, like --sbatch=--time=60; may be repeated")
      ->type_name("OPTION")
      ->allow_extra_args(false);
  command.add_flag("--dry-run", options.dry_run, "list the points with their estimated cost and memory");
  command.add_flag("--retry-failed", options.retry_failed, "run failed points again");
  command.add_flag("--yes", options.any_size, "more than a million combinations are meant");
  command.add_flag("--quiet", options.quiet, "nothing but errors");
}

void add_sweep_commands(CLI::App& sweep_app, CommandLine& line) {
  CLI::App* table =
      sweep_app.add_subcommand("export", "print the results as a table, one row per point and pattern");
  table->add_option("DB", line.sweep_export.db, "database of a sweep")->required();
  table->add_option("--format", line.sweep_export.format, "csv (default) or jsonl")
      ->check(CLI::IsMember({"csv", "jsonl"}));
  table->add_option("--output", line.sweep_export.output, "instead of standard output")
      ->type_name("FILE")
      ->check(fault_of_name);
  table->callback([&line] { line.command = [&line] { sweep_export(line.sweep_export); }; });

  CLI::App* show =
      sweep_app.add_subcommand("show", "what the sweep found: means over seeds, the best, crossovers");
  show->add_option("DB", line.sweep_show.db, "database of a sweep")->required();
  show->add_option("--group-by", line.sweep_show.group_by,
                   "swept pointers, separated by commas (default: all)")
      ->type_name("/POINTER")
      ->delimiter(',')
      ->allow_extra_args(false);
  show->add_flag("--best", line.sweep_show.best, "only the best pattern of each group, and its lead");
  show->add_flag("--json", line.sweep_show.json, "print JSON");
  show->callback([&line] { line.command = [&line] { sweep_show(line.sweep_show); }; });

  CLI::App* merge =
      sweep_app.add_subcommand("merge", "put the results of a sweep's shards into one database");
  merge->add_option("TARGET", line.sweep_merge.target, "made when it is missing")->required();
  merge->add_option("DB", line.sweep_merge.sources, "databases of shards")->required();
  merge
      ->add_option("--identity", line.sweep_merge.identity,
                   "of the sweep, as --slurm writes it: databases that hold another one are left out")
      ->type_name("HEX")
      ->check(fault_of_name);
  merge->callback([&line] { line.command = [&line] { sweep_merge(line.sweep_merge); }; });
}

void add_sweep(CLI::App& app, CommandLine& line) {
  CLI::App* command = app.add_subcommand("sweep", "run all points of a sweep FILE that have no result yet");
  add_sweep_options(*command, line.sweep);
  add_sweep_commands(*command, line);
  command->callback([&line, command] {
    if (!command->get_subcommands().empty()) return;
    if (line.sweep.file.empty()) throw input_error("sweep", "FILE is missing", "see epsim sweep --help");
    line.command = [&line] { sweep(line.sweep); };
  });
}

void add_topology(CLI::App& app, CommandLine& line) {
  CLI::App* command = app.add_subcommand(
      "topology", "a platform's network: devices, links, diameter, bisection, routes and what loads most");
  command
      ->add_option(
          "PLATFORM", line.topology.platform,
          "a preset (epsim list platforms), a scenario, or a file with what a scenario has under platform")
      ->required()
      ->check(fault_of_name);
  command
      ->add_option("--set", line.topology.overrides,
                   "override a value, as /platform/nodes=4; may be repeated")
      ->type_name("/POINTER=VALUE")
      ->allow_extra_args(false);
  CLI::Option* json = command->add_flag("--json", line.topology.json, "print JSON instead of a table");
  command
      ->add_option(
          "--format", line.topology.format,
          "print the network itself: dot or svg (Graphviz), graphml (Boost, networkx, yEd), simgrid (a "
          "platform for smpirun)")
      ->type_name("NAME")
      ->check(CLI::IsMember({"dot", "svg", "graphml", "simgrid"}))
      ->excludes(json);
  command->callback([&line] { line.command = [&line] { topology(line.topology); }; });
}

void add_plan(CLI::App& app, CommandLine& line) {
  CLI::App* command = app.add_subcommand(
      "plan", "the expert-parallel sizes whose experts fit into the devices' memory, and which is fastest");
  PlanOptions& options = line.plan;
  command->add_option("SCENARIO", options.experiment.scenario, "whose model, platform and workload it is for")
      ->check(fault_of_name);
  command->add_option("--model", options.model, "a model preset, instead of the scenario's")
      ->type_name("NAME")
      ->check(fault_of_name);
  command
      ->add_option("--platform", options.platform, "a preset or a platform file, instead of the scenario's")
      ->type_name("NAME")
      ->check(fault_of_name);
  command
      ->add_option("--world-size", options.world_size,
                   "devices to spread over (default: all of the platform; a preset grows as needed)")
      ->type_name("N")
      ->check(CLI::Range(1, most_devices));
  command->add_option("--layers", options.layers, "MoE layers (default: the model preset's)")
      ->type_name("N")
      ->check(CLI::Range(1, 65536));
  command
      ->add_option("--memory-share", options.memory_share, "of a device's memory, for experts (default: 0.7)")
      ->type_name("SHARE")
      ->check(CLI::Range(0.001, 1.0));
  CLI::Option* simulate =
      command->add_flag("--simulate", options.simulate, "simulate each size that fits with all patterns");
  command
      ->add_option("--set", options.experiment.overrides, "override a value of the scenario; may be repeated")
      ->type_name("/POINTER=VALUE")
      ->allow_extra_args(false);
  command
      ->add_option("--engine", options.experiment.engine,
                   "of --simulate: simgrid (the default), fluid or auto")
      ->type_name("NAME")
      ->needs(simulate);
  add_patterns_option(*command, options.experiment)->needs(simulate);
  command->add_flag("--json", options.experiment.json, "print JSON instead of a table");
  command->add_flag("--quiet", options.experiment.quiet, "nothing but results and errors");
  command->callback([&line] { line.command = [&line] { plan(line.plan); }; });
}

void add_commands(CLI::App& app, CommandLine& line) {
  CLI::App* all = app.add_subcommand("compare", "all patterns on the identical routed traffic of SCENARIO");
  add_experiment_options(*all, line.experiment);
  add_patterns_option(*all, line.experiment);
  all->callback([&line] { line.command = [&line] { compare(line.experiment); }; });

  CLI::App* one = app.add_subcommand("run", "one pattern on SCENARIO");
  add_experiment_options(*one, line.experiment);
  one->add_option_function<std::string>(
         "--pattern", [&line](const std::string& name) { line.experiment.patterns = {name}; },
         "instead of the scenario's own")
      ->type_name("NAME");
  one->callback([&line] { line.command = [&line] { run(line.experiment); }; });

  CLI::App* forms = app.add_subcommand(
      "estimate", "closed forms and lower bounds of SCENARIO's last step, without simulating it");
  add_scenario_options(*forms, line.experiment);
  add_patterns_option(*forms, line.experiment);
  forms->callback([&line] { line.command = [&line] { estimate(line.experiment); }; });

  add_sweep(app, line);
  add_plot(app, line.plot, line.command);
  add_report(app, line.report, line.command);
  add_topology(app, line);
  add_plan(app, line);
  add_validate(app, line.validate, line.command);
  add_calibrate(app, line.calibrate, line.command);
  CLI::App* recorded =
      app.add_subcommand("fit", "the skew and drift of recorded routing, as a piece of a scenario");
  recorded->add_option("FILE", line.fit.file, "megatron router JSONL, CSV or a matrix of expert loads")
      ->required();
  recorded->add_option("--format", line.fit.format, "megatron, csv or loads (default: by the file's name)")
      ->type_name("NAME")
      ->check(fault_of_name);
  recorded->add_option("--layer", line.fit.layer, "default: the first that was recorded")
      ->type_name("N")
      ->check(CLI::Range(0, 65536));
  recorded->add_option("--experts", line.fit.experts, "default: up to the highest number selected")
      ->type_name("N")
      ->check(CLI::Range(1, 65536));
  recorded->callback([&line] { line.command = [&line] { fit(line.fit); }; });

  CLI::App* names = app.add_subcommand("list", "what a scenario can name");
  names->add_option("KIND", line.list_kind,
                    "models, platforms, topologies, routes, patterns, strategies or transports");
  names->add_flag("--json", line.list_json, "print JSON");
  names->callback([&line] { line.command = [&line] { list(line.list_kind, line.list_json); }; });
}

/// CLI11 would only say that a command is missing.
void refuse_unknown_command(const CLI::App& app, std::string_view word) {
  constexpr std::array<std::string_view, 3> options = {"--help", "-h", "--version"};
  if (word.starts_with('-') && std::ranges::find(options, word) == options.end())
    throw input_error(std::string(word), "epsim has no such option",
                      suggestion(word, options) + "; the options of commands come after them");
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  const bool is_option = word.starts_with('-');
  if (is_option || std::find(names.begin(), names.end(), word) != names.end()) return;
  const std::vector<std::string_view> views(names.begin(), names.end());
  throw input_error("", fmt::format("\"{}\" is not a command", word), suggestion(word, views));
}

/// Errors of CLI11 become ours; --help and --version are its exceptions, too.
void parse(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    throw unknown_arguments(app);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) throw input_error("", error.what(), "see epsim --help");
    app.exit(error, std::cout, std::cout);
  }
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  fill_closed_streams();
  make_failed_writes_errors();
  clean_up_when_interrupted();
  CommandLine line;
  line.plan.experiment.jobs = line.experiment.jobs =
      std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  CLI::App app("epsim simulates the network of Mixture-of-Experts expert parallelism.", "epsim");
  app.set_version_flag("--version", "epsim " + std::string(version()));
  app.footer(
      "./epsim test, at the root of the checkout, builds and runs all tests. epsim COMMAND --help tells "
      "more.\n"
      "Try: epsim compare scenarios/mixtral_8x7b_prefill_ep8.json");
  app.require_subcommand(1);
  add_commands(app, line);
  return outcome_of([&] {
    if (argc > 1) refuse_unknown_command(app, argv[1]);
    parse(app, argc, argv);
    if (line.command) line.command();
  });
}

}  // namespace epsim
