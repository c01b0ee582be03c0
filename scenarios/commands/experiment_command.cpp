#include "scenarios/commands/experiment_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "analysis/estimate/memory_estimate.hpp"
#include "analysis/estimate/waiting_notice.hpp"
#include "analysis/exports/blame_csv.hpp"
#include "analysis/exports/blame_text.hpp"
#include "analysis/exports/chrome_trace.hpp"
#include "analysis/exports/csv.hpp"
#include "analysis/exports/output_directory.hpp"
#include "analysis/exports/rates_text.hpp"
#include "analysis/exports/result_json.hpp"
#include "analysis/exports/table.hpp"
#include "analysis/exports/traffic_csv.hpp"
#include "platforms/printable.hpp"
#include "platforms/system/machine.hpp"
#include "scenarios/commands/progress_line.hpp"
#include "scenarios/commands/report.hpp"
#include "scenarios/reader/choices.hpp"
#include "scenarios/reader/named_files.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "sim/choose_engine.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

void write_files(OutputDirectory& out, const ExperimentResult& experiment, const ExperimentOptions& options) {
  for (std::size_t i = 0; i < experiment.patterns.size(); ++i) {
    const std::string file = chrome_trace_file_name(experiment.patterns[i]);
    const SpanSample sample = sample_for_chrome_trace(experiment.simulations[i].lowered.schedule);
    if (!sample.is_complete() && !options.quiet)
      std::cerr << "epsim: " << file << " shows " << sample.text() << '\n';
    out.add(file, [&](std::ostream& stream) { write_chrome_trace(stream, experiment, i, sample); });
  }
  out.add(result_files::spans, [&](std::ostream& stream) { write_spans_csv(stream, experiment); });
  out.add(result_files::links, [&](std::ostream& stream) { write_links_csv(stream, experiment); });
  out.add(result_files::critical_path,
          [&](std::ostream& stream) { write_critical_path_csv(stream, experiment); });
  out.add(result_files::waits, [&](std::ostream& stream) { write_waits_csv(stream, experiment); });
  out.add(result_files::traffic, [&](std::ostream& stream) { write_traffic_csv(stream, experiment); });
  out.add(result_files::topology,
          [&](std::ostream& stream) { write_topology_csv(stream, experiment.cluster.topology); });
  out.add(result_files::link_use, [&](std::ostream& stream) { write_link_use_csv(stream, experiment); });
  out.add(result_files::result, [&](std::ostream& stream) {
    stream << text_of(comparison_json(experiment, resolved_json(experiment.scenario)));
  });
  out.commit();
  write_comparison_report(options.out, std::filesystem::path(options.out) / report_file_name, options.quiet);
}

/// What `--out` writes must not take the place of what is read.
void refuse_to_replace_inputs(const ExperimentOptions& options, const nlohmann::json& document,
                              const std::filesystem::path& base_folder) {
  if (options.out.empty()) return;
  std::vector<NamedFile> inputs = files_named_in(document, base_folder);
  if (options.scenario != "-") inputs.push_back({options.scenario, options.scenario});
  std::vector<std::string> outputs(result_files::all.begin(), result_files::all.end());
  outputs.emplace_back(report_file_name);
  for (const PatternKind kind : all_pattern_kinds())
    for (const std::string& name : {chrome_trace_file_name(kind), paje_file_name(kind)})
      outputs.push_back(name);
  for (const NamedFile& input : inputs)
    for (const std::string& output : outputs) {
      std::error_code ignored;
      if (std::filesystem::equivalent(options.out / std::filesystem::path(output), input.path, ignored))
        throw input_error("--out " + options.out, output + " there is what is to be read",
                          "name another folder");
    }
}

/// Where SimGrid is to write its traces, if it is asked to.
std::map<PatternKind, std::string> paje_files(const Scenario& scenario,
                                              const std::vector<PatternKind>& patterns,
                                              const ExperimentOptions& options, OutputDirectory* out) {
  std::map<PatternKind, std::string> files;
  if (!options.paje) return files;
  if (out == nullptr) throw input_error("--paje", "there is no folder to write to", "name one with --out");
  if (choose_engine(scenario) != EngineKind::simgrid)
    throw input_error("--paje", "the fluid engine, which runs this, does not write such a trace",
                      "add --engine simgrid");
  for (const PatternKind kind : patterns) files[kind] = out->place_for(paje_file_name(kind));
  return files;
}

/// All of it.
std::string standard_input() {
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

}  // namespace

Scenario load_scenario(const ExperimentOptions& options) {
  const bool from_stdin = options.scenario == "-";
  const std::filesystem::path path = from_stdin ? "stdin" : options.scenario;
  nlohmann::json document =
      from_stdin ? parse_json_object(standard_input(), "standard input") : load_json_object(path);
  if (document.contains("base") && !document.contains("platform"))
    throw input_error(from_stdin ? "standard input" : path.string(), "is a sweep, not a scenario",
                      "epsim sweep runs it");
  for (const std::string& one : options.overrides) apply_override(document, one);
  if (options.engine) document["engine"] = *options.engine;
  if (options.resolution) document["resolution"] = *options.resolution;
  const std::filesystem::path base_folder = from_stdin ? "." : path.parent_path();
  refuse_to_replace_inputs(options, document, base_folder);
  Scenario scenario = parse_scenario(document, base_folder, printable(path.stem().string()));
  if (options.resolution && scenario.engine == EngineKind::simgrid)
    throw input_error("--resolution", "engine simgrid is exact", "name --engine fluid or auto");
  return scenario;
}

std::vector<PatternKind> named_patterns(const std::vector<std::string>& names, const std::string& option) {
  std::vector<PatternKind> patterns;
  std::vector<Problem> problems;
  for (const std::string& name : names) {
    const nlohmann::json value = {{"pattern", name}};
    JsonObject object(value, "", problems);
    const auto kind = object.choice<PatternKind>("pattern", "a pattern", communication_patterns());
    if (kind && std::find(patterns.begin(), patterns.end(), *kind) == patterns.end())
      patterns.push_back(*kind);
  }
  for (Problem& problem : problems) problem.place = option;
  if (!problems.empty()) throw Error(Error::Kind::input, problems);
  return patterns;
}

ExperimentResult perform(const Scenario& scenario, const std::vector<PatternKind>& patterns,
                         const ExperimentOptions& options) {
  check_memory(estimate_memory(scenario, patterns, options.jobs), physical_memory());
  std::optional<OutputDirectory> out;
  if (!options.out.empty()) out.emplace(options.out);
  ProgressLine progress(!options.quiet);
  const std::string notice = waiting_notice(scenario, patterns, options.jobs);
  if (!options.quiet && !notice.empty()) std::cerr << "epsim: " << notice << '\n';
  ExperimentResult experiment = run_and_summarize(
      scenario, patterns,
      {.parallel = options.jobs,
       .paje = paje_files(scenario, patterns, options, out ? &*out : nullptr),
       .check = options.check},
      [&](const Activity& activity) { progress.show(activity_text(activity, scenario, patterns.size())); });
  if (options.blame)
    experiment.what_ifs = what_if(
        experiment.cluster, experiment.simulations, experiment.blames,
        {options.jobs, [&](double part) { progress.show(fmt::format("what if: {:.0f} %", 100 * part)); }});
  if (!out) return experiment;
  progress.show("writing " + options.out);
  write_files(*out, experiment, options);
  return experiment;
}

std::string tables_of(const ExperimentResult& experiment, const ExperimentOptions& options) {
  return comparison_table(experiment) + (options.blame ? '\n' + blame_tables(experiment) : "") +
         (options.rates ? '\n' + rates_table(experiment) : "");
}

void print(const std::string& text) {
  std::cout << text << std::flush;
  if (!std::cout) throw simulation_error("standard output", "cannot be written");
}

std::string text_of(const nlohmann::ordered_json& value) {
  return value.dump(2) + '\n';
}

}  // namespace epsim
