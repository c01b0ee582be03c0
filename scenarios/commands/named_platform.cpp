#include "scenarios/commands/named_platform.hpp"

#include <nlohmann/json.hpp>

#include "platforms/error.hpp"
#include "scenarios/reader/embedded.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/json_reader.hpp"
#include "scenarios/reader/nearest_name.hpp"

namespace epsim {

nlohmann::json named_platform(const std::string& name, const std::string& place) {
  std::vector<std::string_view> presets;
  for (const EmbeddedFile& preset : embedded_platforms()) {
    if (preset.name == name) return {{"platform", {{"preset", name}}}};
    presets.push_back(preset.name);
  }
  if (!std::filesystem::exists(name))
    throw input_error(place, in_quotes(name) + " is neither a platform preset nor a file",
                      suggestion(name, presets));
  if (std::filesystem::path(name).extension() == ".graphml")
    return {{"platform", {{"topology", "graph"}, {"file", name}}}};
  nlohmann::json document = load_json_object(name);
  if (document.contains("platform")) return {{"platform", document.at("platform")}};
  if (document.contains("base"))
    throw input_error(name, "is a sweep, not a platform", "name a scenario, a platform file or a preset");
  return {{"platform", std::move(document)}};
}

std::filesystem::path folder_of_platform(const std::string& name) {
  const std::filesystem::path path(name);
  return path.extension() == ".graphml" ? "." : path.parent_path();
}

}  // namespace epsim
