#include "scenarios/commands/topology.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/exports/topology_text.hpp"
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

}  // namespace

void topology(const TopologyOptions& options) {
  nlohmann::json document = named_platform(options.platform);
  for (const std::string& one : options.overrides) apply_override(document, one);
  const PlatformSpec platform = parse_platform(document.at("platform"), folder_of(options.platform));
  if (const int devices = device_count(platform); devices > most_measured_devices)
    throw input_error("topology", fmt::format("{} devices are too many to measure all their routes", devices),
                      fmt::format("name a platform of at most {}", most_measured_devices));
  const Topology built = build_topology(platform);
  const MeasuredTopology measured{platform, built, measure_routes(built), bisection_of(built)};
  print(options.json ? text_of(topology_json(measured)) : topology_table(measured, options.platform));
}

}  // namespace epsim
