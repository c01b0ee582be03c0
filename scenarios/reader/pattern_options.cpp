#include "scenarios/reader/pattern_options.hpp"

#include <nlohmann/json.hpp>

#include "scenarios/reader/transport_reader.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

/// The value to set, checked; nothing where the object does not say any.
struct OptionReader {
  JsonObject& object;
  std::string_view name;

  std::optional<int> operator()(const IntegerOption& type) const {
    const auto value = object.integer(name, {type.low, type.high});
    if (!value) return std::nullopt;
    return static_cast<int>(*value);
  }
  std::optional<int> operator()(FlagOption) const { return object.boolean(name); }
  std::optional<int> operator()(const ChoiceOption& type) const {
    std::vector<Choice<int>> choices;
    for (const std::string_view one : type.names) choices.push_back({one, static_cast<int>(choices.size())});
    for (const std::string_view one : type.planned) choices.push_back({one, -1, false});
    return object.choice<int>(name, type.what, choices);
  }
};

struct OptionWriter {
  int value;

  nlohmann::ordered_json operator()(const IntegerOption&) const { return value; }
  nlohmann::ordered_json operator()(FlagOption) const { return value != 0; }
  nlohmann::ordered_json operator()(const ChoiceOption& type) const {
    return type.names.at(static_cast<std::size_t>(value));
  }
};

}  // namespace

void read_patterns(JsonObject object, const PlatformSpec* platform, const std::filesystem::path& base_folder,
                   Scenario& scenario) {
  for (const PatternKind kind : all_pattern_kinds()) {
    const Pattern& row = pattern(kind);
    JsonObject members = object.object(row.name);
    if (const nlohmann::json* transport = members.raw("transport"))
      scenario.pattern_transports[kind] =
          read_transport(*transport, members.pointer_to("transport"), platform, base_folder,
                         object.problems(), &scenario.transport);
    for (const PatternOption& option : row.options) {
      auto value = std::visit(OptionReader{members, option.name}, option.type);
      if (!value && option.otherwise)
        value = option.otherwise(scenario.transport_of(kind), scenario.patterns);
      if (value) option.set(scenario.patterns, *value);
    }
    members.finish();
  }
  object.finish();
}

nlohmann::ordered_json patterns_json(const Scenario& scenario) {
  nlohmann::ordered_json result = nlohmann::ordered_json::object();
  for (const PatternKind kind : all_pattern_kinds()) {
    const Pattern& row = pattern(kind);
    nlohmann::ordered_json& members = result[std::string(row.name)];
    const auto own = scenario.pattern_transports.find(kind);
    if (own != scenario.pattern_transports.end()) members["transport"] = transport_json(own->second);
    for (const PatternOption& option : row.options)
      members[std::string(option.name)] =
          std::visit(OptionWriter{option.get(scenario.patterns)}, option.type);
  }
  return result;
}

}  // namespace epsim
