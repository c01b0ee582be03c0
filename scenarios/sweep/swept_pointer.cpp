#include "scenarios/sweep/swept_pointer.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "scenarios/reader/nearest_name.hpp"
#include "scenarios/reader/scenario_reader.hpp"

namespace epsim {
namespace {

using nlohmann::ordered_json;

/// What stands at the pointer; null pointer when nothing does.
const ordered_json* find(const ordered_json& document, const std::string& pointer) {
  try {
    const ordered_json::json_pointer path(pointer);
    return document.contains(path) ? &document.at(path) : nullptr;
  } catch (const ordered_json::exception&) {
    return nullptr;  // "/a~" is not a pointer
  }
}

void list_pointers(const ordered_json& value, const std::string& place, std::set<std::string>& pointers) {
  if (!place.empty()) pointers.insert(place);
  if (!value.is_object()) return;
  for (const auto& [key, member] : value.items()) list_pointers(member, place + "/" + key, pointers);
}

enum class Effect { changes, none, unknown_key };

/// What setting the pointer to the value does to the base.
Effect effect_of(const Sweep& sweep, const ordered_json& resolved, const std::string& pointer,
                 const nlohmann::json& value) {
  try {
    nlohmann::json document = *sweep.base;
    set_value(document, pointer, value, pointer);
    return resolved_json(parse_scenario(document, sweep.base_folder, sweep.base_name)) == resolved
               ? Effect::none
               : Effect::changes;
  } catch (const Error& error) {
    const bool is_unknown = std::ranges::any_of(error.problems(), [&](const Problem& problem) {
      return problem.what == "unknown key" && pointer.starts_with(problem.place);
    });
    return is_unknown ? Effect::unknown_key : Effect::changes;
  }
}

Problem unknown_pointer(const ordered_json& resolved, const std::string& pointer, std::string_view what) {
  std::set<std::string> pointers;
  list_pointers(resolved, "", pointers);
  const std::vector<std::string_view> candidates(pointers.begin(), pointers.end());
  const auto nearest = nearest_name(pointer, candidates);
  return {pointer, std::string(what),
          nearest ? "did you mean \"" + std::string(*nearest) + "\"?"
                  : "epsim run BASE --json lists all values under resolved_scenario"};
}

void check_axis_pointer(const Sweep& sweep, const ordered_json& resolved, const Axis& axis, std::size_t place,
                        std::vector<Problem>& problems) {
  const std::string& pointer = axis.pointers[place];
  if (find(resolved, pointer)) return;
  bool is_unknown = false;
  for (const auto& values : axis.values) {
    const Effect effect = effect_of(sweep, resolved, pointer, values[place]);
    if (effect == Effect::changes) return;
    is_unknown = effect == Effect::unknown_key;
  }
  problems.push_back(unknown_pointer(
      resolved, pointer,
      is_unknown ? "the base scenario has no such value" : "has no effect on the base scenario"));
}

}  // namespace

void check_swept_pointers(const Sweep& sweep, const ordered_json& resolved, std::vector<Problem>& problems) {
  for (const Axis& axis : sweep.axes)
    for (std::size_t i = 0; i < axis.pointers.size(); ++i)
      check_axis_pointer(sweep, resolved, axis, i, problems);
  const std::vector<std::string> swept = swept_pointers(sweep);
  for (const WhereClause& comparison : sweep.where)
    for (const std::string& pointer : pointers_in(comparison))
      if (std::ranges::find(swept, pointer) == swept.end() && !find(resolved, pointer))
        problems.push_back(
            unknown_pointer(resolved, pointer, "in where: neither swept nor a value of the base scenario"));
}

}  // namespace epsim
