#include "scenarios/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <functional>
#include <iostream>
#include <new>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "analysis/version.hpp"
#include "platforms/error.hpp"
#include "scenarios/commands/compare.hpp"
#include "scenarios/commands/estimate.hpp"
#include "scenarios/commands/fit.hpp"
#include "scenarios/commands/list.hpp"
#include "scenarios/commands/run.hpp"
#include "scenarios/nearest_name.hpp"

namespace epsim {
namespace {

enum ExitCode { done = 0, failed = 1, wrong_input = 2, interrupted = 130 };

/// What was asked for. Commands store themselves in `command` when CLI11 finds them.
struct CommandLine {
  ExperimentOptions experiment;
  FitOptions fit;
  std::string list_kind;
  bool list_json = false;
  std::function<void()> command;
};

void add_scenario_options(CLI::App& command, ExperimentOptions& options) {
  command.add_option("SCENARIO", options.scenario, "scenario file, - for standard input")->required();
  // One value per --set: otherwise it would swallow the scenario.
  command.add_option("--set", options.overrides, "override a value of the scenario; may be repeated")
      ->type_name("/POINTER=VALUE")
      ->allow_extra_args(false);
  command.add_flag("--json", options.json, "print JSON instead of a table");
}

void add_patterns_option(CLI::App& command, ExperimentOptions& options) {
  command.add_option("--patterns", options.patterns, "only these, separated by commas")
      ->type_name("NAMES")
      ->delimiter(',')
      ->allow_extra_args(false);
}

void add_experiment_options(CLI::App& command, ExperimentOptions& options) {
  add_scenario_options(command, options);
  command.add_option("--out", options.out, "write result.json, traces, spans.csv and links.csv there")
      ->type_name("DIR");
  command.add_option("--jobs", options.jobs, "simulations at a time (default: one per core)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  command.add_flag("--check", options.check, "prove every schedule right before it runs");
  command.add_flag("--quiet", options.quiet, "nothing but results and errors");
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

  CLI::App* recorded =
      app.add_subcommand("fit", "the skew and drift of recorded routing, as a piece of a scenario");
  recorded->add_option("FILE", line.fit.file, "megatron router JSONL, CSV or a matrix of expert loads")
      ->required();
  recorded->add_option("--format", line.fit.format, "megatron, csv or loads (default: by the file's name)")
      ->type_name("NAME");
  recorded->add_option("--layer", line.fit.layer, "default: the first that was recorded")
      ->type_name("N")
      ->check(CLI::Range(0, 65536));
  recorded->add_option("--experts", line.fit.experts, "default: up to the highest number selected")
      ->type_name("N")
      ->check(CLI::Range(1, 65536));
  recorded->callback([&line] { line.command = [&line] { fit(line.fit); }; });

  CLI::App* names = app.add_subcommand("list", "what a scenario can name");
  names->add_option("KIND", line.list_kind, "models, platforms, patterns, strategies or transports");
  names->add_flag("--json", line.list_json, "print JSON");
  names->callback([&line] { line.command = [&line] { list(line.list_kind, line.list_json); }; });
}

/// CLI11 would only say that a command is missing.
void refuse_unknown_command(const CLI::App& app, std::string_view word) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  const bool is_option = word.starts_with('-');
  if (is_option || std::find(names.begin(), names.end(), word) != names.end()) return;
  const std::vector<std::string_view> views(names.begin(), names.end());
  throw input_error("", fmt::format("\"{}\" is not a command", word), suggestion(word, views));
}

/// One line per problem.
void report(const std::string& problems) {
  std::size_t begin = 0;
  while (begin <= problems.size()) {
    const std::size_t end = std::min(problems.find('\n', begin), problems.size());
    std::cerr << "epsim: error: " << problems.substr(begin, end - begin) << '\n';
    begin = end + 1;
  }
}

int exit_code_of(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::input:
      return wrong_input;
    case Error::Kind::simulation:
      return failed;
    case Error::Kind::interrupted:
      return interrupted;
  }
  return failed;
}

int execute(const CLI::App& app, const std::function<void()>& command) {
  try {
    command();
    return done;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    report(std::string(error.what()) + "; see epsim --help");
    return wrong_input;
  } catch (const Error& error) {
    report(error.what());
    return exit_code_of(error.kind());
  } catch (const std::bad_alloc&) {
    report("out of memory; reduce the scenario or name fewer --patterns");
    return failed;
  } catch (const std::exception& error) {
    report(error.what());
    return failed;
  }
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
  CommandLine line;
  line.experiment.jobs = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  CLI::App app("epsim simulates the network of Mixture-of-Experts expert parallelism.", "epsim");
  app.set_version_flag("--version", "epsim " + std::string(version()));
  app.footer(
      "./epsim test, at the root of the checkout, builds and runs all tests. epsim COMMAND --help tells "
      "more.\n"
      "Try: epsim compare scenarios/mixtral_8x7b_prefill_ep8.json");
  app.require_subcommand(1);
  add_commands(app, line);
  return execute(app, [&] {
    if (argc > 1) refuse_unknown_command(app, argv[1]);
    app.parse(argc, argv);
    line.command();
  });
}

}  // namespace epsim
