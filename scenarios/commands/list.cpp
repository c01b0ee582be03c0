#include "scenarios/commands/list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "platforms/generators/generator.hpp"
#include "platforms/routing/policy.hpp"
#include "scenarios/commands/experiment_command.hpp"
#include "scenarios/reader/choices.hpp"
#include "scenarios/reader/embedded.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/model_presets.hpp"
#include "scenarios/reader/nearest_name.hpp"
#include "scenarios/reader/platform_reader.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

struct Entry {
  std::string name;
  std::string summary;
};
using Entries = std::vector<Entry>;

Entries models() {
  Entries entries;
  for (const ModelPreset& model : model_presets())
    entries.push_back({std::string(model.name),
                       fmt::format("{}: {} experts, top-{}, hidden {}, expert width {}", model.title,
                                   model.num_experts, model.top_k, model.hidden, model.expert_intermediate)});
  return entries;
}

std::string summary_of(const PlatformSpec& spec) {
  const PlatformFacts fabric = facts_of(spec);
  if (!fabric.has_nodes) return spec.device.name;
  return fmt::format("{} x {} a node; per device scale-up {}, scale-out {}", fabric.devices_per_node,
                     spec.device.name, format_bandwidth(fabric.scale_up_bandwidth),
                     format_bandwidth(fabric.scale_out_bandwidth));
}

Entries platforms() {
  Entries entries;
  for (const EmbeddedFile& file : embedded_platforms())
    entries.push_back(
        {std::string(file.name), summary_of(parse_platform(nlohmann::json(std::string(file.name))))});
  return entries;
}

Entries topologies() {
  Entries entries;
  for (const Generator& one : all_generators()) {
    std::string keys;
    for (const Parameter& parameter : one.parameters)
      keys += (keys.empty() ? "" : ", ") + std::string(parameter.name) +
              (parameter.default_value ? "" : " (needed)");
    entries.push_back({std::string(one.name), fmt::format("{}: {}", one.summary, keys)});
  }
  return entries;
}

Entries routing_policies() {
  Entries entries;
  for (const RoutingPolicy& one : all_routing_policies())
    entries.push_back({std::string(one.name), std::string(one.summary)});
  return entries;
}

Entries patterns() {
  Entries entries;
  for (const Pattern& one : all_patterns())
    entries.push_back({std::string(one.name), std::string(one.summary)});
  return entries;
}

template <class E>
void add_choices(Entries& entries, std::span<const Choice<E>> choices, std::string_view what) {
  for (const Choice<E>& one : choices)
    entries.push_back({std::string(one.name), fmt::format("{}{}", what, one.available ? "" : " (not yet)")});
}

Entries strategies() {
  Entries entries;
  add_choices(entries, choices_of<RoutingStrategy>(), "routing strategy");
  add_choices(entries, choices_of<LoadBalancing>(), "load balancing");
  return entries;
}

Entries transports() {
  Entries entries;
  for (const EmbeddedFile& file : embedded_transports()) {
    const nlohmann::json transport = parse_json(file.text, file.name);
    std::string text = transport.at("summary");
    for (const auto& [key, source] : transport.at("sources").items()) {
      const nlohmann::json& value = transport.at(key);
      text += fmt::format("; {} {} ({})", key, value.is_string() ? value.get<std::string>() : value.dump(),
                          source.get<std::string>());
    }
    if (transport.contains("validated")) {
      const nlohmann::json& range = transport["validated"];
      text += fmt::format("; validated for {} on {} to {} of {}, {} to {} over links each and phase",
                          range["pattern"].get<std::string>(), range["devices"][0].get<int>(),
                          range["devices"][1].get<int>(),
                          fmt::join(range["on"].get<std::vector<std::string>>(), ", "),
                          range["least_bytes_per_device"].get<std::string>(),
                          range["most_bytes_per_device"].get<std::string>());
    }
    entries.push_back({std::string(file.name), std::move(text)});
  }
  return entries;
}

struct Section {
  std::string_view kind;
  Entries (*entries)();
};
constexpr std::array<Section, 7> sections = {{{"models", models},
                                              {"platforms", platforms},
                                              {"topologies", topologies},
                                              {"routes", routing_policies},
                                              {"patterns", patterns},
                                              {"strategies", strategies},
                                              {"transports", transports}}};

std::string text_of(const Section& section) {
  const Entries entries = section.entries();
  std::size_t width = 0;
  for (const Entry& entry : entries) width = std::max(width, entry.name.size());
  std::string text = fmt::format("{}\n", section.kind);
  for (const Entry& entry : entries) text += fmt::format("  {:<{}}  {}\n", entry.name, width, entry.summary);
  return text;
}

nlohmann::ordered_json json_of(const Section& section) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Entry& entry : section.entries())
    list.push_back({{"name", entry.name}, {"summary", entry.summary}});
  return list;
}

std::vector<Section> chosen_sections(const std::string& kind) {
  std::vector<Section> chosen;
  std::vector<std::string_view> kinds;
  for (const Section& section : sections) {
    kinds.push_back(section.kind);
    if (kind.empty() || kind == section.kind) chosen.push_back(section);
  }
  if (chosen.empty())
    throw input_error("list", fmt::format("\"{}\" is nothing that can be listed", kind),
                      suggestion(kind, kinds));
  return chosen;
}

}  // namespace

void list(const std::string& kind, bool json) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  std::string text;
  for (const Section& section : chosen_sections(kind)) {
    if (json)
      object[std::string(section.kind)] = json_of(section);
    else
      text += (text.empty() ? "" : "\n") + text_of(section);
  }
  print(json ? text_of(object) : text);
}

}  // namespace epsim
