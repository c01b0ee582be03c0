#include "scenarios/commands/topology.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/exports/topology_files.hpp"
#include "analysis/exports/topology_text.hpp"
#include "platforms/graphml.hpp"
#include "platforms/printable.hpp"
#include "platforms/system/process.hpp"
#include "platforms/system/temporary_file.hpp"
#include "scenarios/commands/experiment_command.hpp"
#include "scenarios/reader/embedded.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/json_reader.hpp"
#include "scenarios/reader/nearest_name.hpp"
#include "scenarios/reader/platform_reader.hpp"

namespace epsim {
namespace {

/// All pairs of more take minutes.
constexpr int most_measured_devices = 8192;

/// {"platform": ...}, whatever was named.
nlohmann::json named_platform(const std::string& name) {
  std::vector<std::string_view> presets;
  for (const EmbeddedFile& preset : embedded_platforms()) {
    if (preset.name == name) return {{"platform", {{"preset", name}}}};
    presets.push_back(preset.name);
  }
  if (!std::filesystem::exists(name))
    throw input_error("topology", in_quotes(name) + " is neither a platform preset nor a file",
                      suggestion(name, presets));
  if (std::filesystem::path(name).extension() == ".graphml")
    return {{"platform", {{"topology", "graph"}, {"file", name}}}};
  nlohmann::json document = load_json_object(name);
  if (document.contains("platform")) return {{"platform", document.at("platform")}};
  if (document.contains("base"))
    throw input_error(name, "is a sweep, not a platform", "name a scenario, a platform file or a preset");
  return {{"platform", std::move(document)}};
}

/// From which the files that it names are looked for.
std::filesystem::path folder_of(const std::string& name) {
  const std::filesystem::path path(name);
  return path.extension() == ".graphml" ? "." : path.parent_path();
}

/// By Graphviz, which reads a file and is found by the shell.
std::string svg_of(const std::string& dot) {
  const Unfinished file(std::filesystem::temp_directory_path() / fmt::format("epsim-{}.dot", this_process()),
                        Unfinished::Kind::file);
  std::ofstream(file.path()) << dot;
  const CommandOutput drawn = output_of(fmt::format("dot -Tsvg '{}' 2>/dev/null", file.path().string()));
  if (!drawn.succeeded || drawn.text.empty())
    throw simulation_error("topology", "Graphviz could not draw it",
                           "install graphviz (apt-get install graphviz), or print --format dot");
  return drawn.text;
}

std::string exported(const TopologyOptions& options, const Topology& built, const PlatformSpec& platform) {
  std::ostringstream out;
  if (options.format == "graphml")
    write_graphml(out, built);
  else if (options.format == "simgrid")
    write_simgrid_platform(out, built, platform);
  else
    write_dot(out, built, printable(options.platform));
  return options.format == "svg" ? svg_of(out.str()) : out.str();
}

}  // namespace

void topology(const TopologyOptions& options) {
  nlohmann::json document = named_platform(options.platform);
  for (const std::string& one : options.overrides) apply_override(document, one);
  const PlatformSpec platform = parse_platform(document.at("platform"), folder_of(options.platform));
  if (const int devices = device_count(platform); devices > most_measured_devices)
    throw input_error("topology", fmt::format("{} devices are too many to measure all their routes", devices),
                      fmt::format("name a platform of at most {}", most_measured_devices));
  const Topology built = build_topology(platform);
  if (!options.format.empty()) return print(exported(options, built, platform));
  const MeasuredTopology measured{platform, built, measure_routes(built), bisection_of(built)};
  print(options.json ? text_of(topology_json(measured)) : topology_table(measured, options.platform));
}

}  // namespace epsim
