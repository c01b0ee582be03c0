#include "scenarios/sweep/identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid.hpp>
#include <charconv>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "analysis/version.hpp"
#include "platforms/generators/generator.hpp"
#include "scenarios/reader/named_files.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "sim/patterns/pattern.hpp"
#include "sim/routing/recorded.hpp"

namespace epsim {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr boost::uuids::uuid name_space = {
    {0x65, 0x70, 0x73, 0x69, 0x6d, 0x2d, 0x73, 0x77, 0x65, 0x65, 0x70, 0x2d, 0x70, 0x6f, 0x69, 0x6e}};

/// Texts for people, which no result depends on.
void erase_texts(ordered_json& scenario) {
  for (const char* key : {"name", "question", "expect"}) scenario.erase(key);
}

json names_of(const std::vector<PatternKind>& patterns) {
  json names = json::array();
  for (const PatternKind kind : patterns) names.push_back(name_of(kind));
  return names;
}

/// For every text in `value` that names a file of the folder: what the file holds.
void add_contents(const json& value, const std::filesystem::path& folder, json& contents) {
  for (const NamedFile& file : files_named_in(value, folder)) {
    std::ifstream stream(file.path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    contents.push_back({file.name, identity_of(text)});
  }
}

template <class T>
void append_bytes(std::string& bytes, const std::vector<T>& values) {
  bytes += std::to_string(values.size()) + ':';
  bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

/// What a trace says, wherever its file is: the resolved scenario has its path alone.
void replace_trace_by_content(const Workload& workload, ordered_json& resolved) {
  if (workload.trace.file.empty()) return;
  std::string bytes;
  append_bytes(bytes, workload.log_popularity);
  if (!workload.log_popularity.empty()) append_bytes(bytes, std::vector<double>{workload.skew});
  if (workload.trace.has_tokens())
    for (const RecordedStep& step : workload.trace.recorded->steps) {
      append_bytes(bytes, step.tokens_per_device);
      append_bytes(bytes, step.expert);
      append_bytes(bytes, step.weight);
    }
  resolved["workload"]["trace"]["file"] = identity_of(bytes);
}

/// The scenario as far as any result depends on it.
ordered_json essence_of(const Scenario& scenario) {
  ordered_json resolved = resolved_json(scenario);
  erase_texts(resolved);
  replace_trace_by_content(scenario.workload, resolved);
  return resolved;
}

}  // namespace

Identity identity_of(std::string_view text) {
  const boost::uuids::uuid id = boost::uuids::name_generator_sha1(name_space)(text.data(), text.size());
  Identity identity;
  std::copy(id.begin(), id.end(), identity.begin());
  return identity;
}

std::string hexadecimal(const Identity& identity) {
  std::string text;
  for (const std::uint8_t byte : identity) text += fmt::format("{:02x}", byte);
  return text;
}

std::optional<Identity> identity_in(std::string_view hexadecimal) {
  Identity identity = {};
  if (hexadecimal.size() != 2 * identity.size()) return std::nullopt;
  for (std::size_t i = 0; i < identity.size(); ++i) {
    const char* const digits = hexadecimal.data() + 2 * i;
    const auto [rest, error] = std::from_chars(digits, digits + 2, identity[i], 16);
    if (error != std::errc() || rest != digits + 2) return std::nullopt;
  }
  return identity;
}

Identity identity_of(const Scenario& scenario, const std::vector<PatternKind>& patterns) {
  return identity_of(ordered_json{essence_of(scenario), names_of(patterns), version()}.dump());
}

Identity routing_identity_of(const Scenario& scenario) {
  ordered_json resolved = essence_of(scenario);
  for (const char* key : {"transport", "patterns", "barriers", "resolution", "engine"}) resolved.erase(key);
  resolved["expert_parallel"].erase("communication_pattern");
  ordered_json& platform = resolved["platform"];
  for (const char* key : {"preset", "device"}) platform.erase(key);
  // What is left of the platform tells how many devices there are and which of them are neighbours.
  const auto& node = scenario.platform.node;
  if (node)
    for (const char* key : {"fabric", "nics_per_device"}) platform.erase(key);
  const TopologySpec& topology = node ? node->topology : scenario.platform.topology;
  ordered_json& of_devices = node ? platform["node"] : platform;
  for (const Parameter& parameter : topology.generator().parameters)
    if (!says_which_devices(parameter)) of_devices.erase(std::string(parameter.name));
  return identity_of(resolved.dump());
}

Identity identity_of(const Sweep& sweep) {
  json axes = json::array();
  for (const Axis& axis : sweep.axes) axes.push_back({axis.pointers, axis.values});
  json where = json::array();
  for (const WhereClause& comparison : sweep.where) where.push_back(comparison.text);
  json files = json::array();
  add_contents(*sweep.base, sweep.base_folder, files);
  add_contents(axes, sweep.base_folder, files);
  return identity_of(json{version(), *sweep.base, axes, where, names_of(sweep.patterns), files}.dump());
}

}  // namespace epsim
