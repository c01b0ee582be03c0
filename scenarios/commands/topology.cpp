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
#include "scenarios/commands/named_platform.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/platform_reader.hpp"

namespace epsim {
namespace {

/// All pairs of more take minutes.
constexpr int most_measured_devices = 8192;

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
  nlohmann::json document = named_platform(options.platform, "topology");
  for (const std::string& one : options.overrides) apply_override(document, one);
  for (const auto& [key, value] : document.items())
    if (key != "platform")
      throw input_error("--set /" + key, "is no part of a platform",
                        "begin with /platform/, as in /platform/nodes=4");
  const PlatformSpec platform = parse_platform(document.at("platform"), folder_of_platform(options.platform));
  if (const int devices = device_count(platform); devices > most_measured_devices)
    throw input_error("topology", fmt::format("{} devices are too many to measure all their routes", devices),
                      fmt::format("name a platform of at most {}", most_measured_devices));
  const Topology built = build_topology(platform);
  if (!options.format.empty()) return print(exported(options, built, platform));
  const MeasuredTopology measured{platform, built, measure_routes(built), bisection_of(built)};
  print(options.json ? text_of(topology_json(measured)) : topology_table(measured, options.platform));
}

}  // namespace epsim
