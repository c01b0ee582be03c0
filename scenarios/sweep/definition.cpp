#include "scenarios/sweep/definition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "scenarios/reader/choices.hpp"
#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/json_reader.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

using nlohmann::json;

/// Reads members and throws for those that are missing or of another kind.
class Definition {
 public:
  Definition(const json& value, const std::filesystem::path& database) : value_(value), database_(database) {}

  [[nodiscard]] const json& member(const char* name, bool (*is_right)(const json&)) const {
    const auto found = value_.find(name);
    if (found == value_.end()) fail(fmt::format("has no {}", name));
    if (!is_right(*found)) fail(fmt::format("has {} as {}", describe(*found), name));
    return *found;
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw damaged_database(database_, "the sweep's definition " + what);
  }

 private:
  const json& value_;
  const std::filesystem::path& database_;
};

bool is_text(const json& value) {
  return value.is_string();
}

bool is_list(const json& value) {
  return value.is_array();
}

bool is_list_of_pointers(const json& value) {
  return value.is_array() && !value.empty() && std::ranges::all_of(value, [](const json& pointer) {
           return pointer.is_string() && pointer.get_ref<const std::string&>().starts_with('/');
         });
}

bool is_seeds(const json& value) {
  return value.is_number_integer() && value >= 1 && value <= std::numeric_limits<int>::max();
}

bool is_seed(const json& value) {
  return value.is_null() ||
         (value.is_number_integer() && value >= 0 && value <= std::numeric_limits<std::int64_t>::max());
}

Axis read_axis(const json& value, const std::filesystem::path& database) {
  const Definition axis(value, database);
  if (!value.is_object()) axis.fail("has an axis that is no object");
  Axis result{axis.member("pointers", is_list_of_pointers), {}};
  for (const json& values : axis.member("values", is_list)) {
    if (!values.is_array() || values.size() != result.pointers.size())
      axis.fail(fmt::format("has not one value for each pointer of {}", result.pointers.front()));
    result.values.emplace_back(values.begin(), values.end());
  }
  if (result.values.empty()) axis.fail(fmt::format("has no values for {}", result.pointers.front()));
  return result;
}

PatternKind read_pattern(const json& value, const Definition& definition) {
  for (const auto& choice : communication_patterns())
    if (value == choice.name) return choice.value;
  definition.fail(fmt::format("has {} as a pattern", describe(value)));
}

}  // namespace

std::string definition_of(const Sweep& sweep, std::optional<std::int64_t> seed) {
  json axes = json::array();
  for (const Axis& axis : sweep.axes) axes.push_back({{"pointers", axis.pointers}, {"values", axis.values}});
  json patterns = json::array();
  for (const PatternKind kind : sweep.patterns) patterns.push_back(name_of(kind));
  return json{{"name", sweep.name},  {"question", sweep.question}, {"expect", sweep.expect},
              {"axes", axes},        {"seeds", sweep.seeds},       {"seed", seed ? json(*seed) : json()},
              {"patterns", patterns}}
      .dump();
}

StoredSweep read_definition(std::string_view text, const Identity& identity,
                            const std::filesystem::path& database) {
  json value;
  try {
    value = parse_json(text, "definition");
  } catch (const Error& error) {
    throw damaged_database(database, error.problems().front().place + " " + error.problems().front().what);
  }
  const Definition definition(value, database);
  if (!value.is_object()) definition.fail("is no JSON object");
  StoredSweep stored{identity, {}, {}};
  definition.member("name", is_text).get_to(stored.sweep.name);
  definition.member("question", is_text).get_to(stored.sweep.question);
  definition.member("expect", is_text).get_to(stored.sweep.expect);
  definition.member("seeds", is_seeds).get_to(stored.sweep.seeds);
  if (const json& seed = definition.member("seed", is_seed); !seed.is_null())
    stored.seed = seed.get<std::int64_t>();
  for (const json& axis : definition.member("axes", is_list))
    stored.sweep.axes.push_back(read_axis(axis, database));
  for (const json& name : definition.member("patterns", is_list))
    stored.sweep.patterns.push_back(read_pattern(name, definition));
  return stored;
}

Error damaged_database(const std::filesystem::path& database, const std::string& what) {
  return input_error(database.string(), "is damaged: " + what,
                     "take a copy from before, or run the sweep into another file");
}

}  // namespace epsim
