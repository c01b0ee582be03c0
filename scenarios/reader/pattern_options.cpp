#include "scenarios/reader/pattern_options.hpp"

#include <nlohmann/json.hpp>

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

PatternOptions read_pattern_options(JsonObject object) {
  PatternOptions options;
  for (const Pattern& pattern : all_patterns()) {
    JsonObject members = object.object(pattern.name);
    for (const PatternOption& option : pattern.options)
      if (const auto value = std::visit(OptionReader{members, option.name}, option.type))
        option.set(options, *value);
    members.finish();
  }
  object.finish();
  return options;
}

nlohmann::ordered_json pattern_options_json(const PatternOptions& options) {
  nlohmann::ordered_json result = nlohmann::ordered_json::object();
  for (const Pattern& pattern : all_patterns())
    for (const PatternOption& option : pattern.options)
      result[std::string(pattern.name)][std::string(option.name)] =
          std::visit(OptionWriter{option.get(options)}, option.type);
  return result;
}

}  // namespace epsim
