#include "scenarios/sweep/sweep_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "platforms/printable.hpp"
#include "scenarios/reader/choices.hpp"
#include "scenarios/reader/limits.hpp"
#include "scenarios/reader/scenario_reader.hpp"
#include "scenarios/sweep/swept_pointer.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

using nlohmann::json;

constexpr IntegerRange seed_counts = {1, 1'000'000};

/// The base scenario as it is written; nothing when there is none to be had.
std::optional<json> read_base(JsonObject& object, const std::filesystem::path& folder,
                              std::vector<Problem>& problems, Sweep& sweep) {
  const json* base = object.raw("base");
  sweep.base_folder = folder;
  sweep.base_name = sweep.name;
  if (base && base->is_object()) return *base;
  if (base && base->is_string()) {
    const std::filesystem::path path = folder / base->get_ref<const std::string&>();
    sweep.base_folder = path.parent_path();
    sweep.base_name = printable(path.stem().string());
    try {
      return load_json_object(path);
    } catch (const Error& error) {
      problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
  } else {
    object.add_problem("base", base ? fmt::format("found {}", describe(*base)) : "missing",
                       "give a scenario file's path or a scenario");
  }
  return std::nullopt;
}

/// The values of one pointer: at least one, each once.
std::vector<json> read_values(const json& list, const std::string& place, std::vector<Problem>& problems) {
  if (!list.is_array()) {
    problems.push_back({place, fmt::format("found {}, not a list", describe(list)), "give a list of values"});
    return {};
  }
  if (list.empty()) problems.push_back({place, "the list of values is empty", "give at least one value"});
  std::set<json> seen;
  for (const json& value : list)
    if (!seen.insert(value).second)
      problems.push_back({place, fmt::format("{} is given twice", describe(value)), "keep one of the two"});
  return list;
}

/// The object of pointers at `key`, pointer by pointer.
std::vector<std::pair<std::string, std::vector<json>>> read_pointers(JsonObject& object, std::string_view key,
                                                                     bool unique,
                                                                     std::vector<Problem>& problems) {
  std::vector<std::pair<std::string, std::vector<json>>> result;
  const json* members = object.raw(key);
  if (!members) return result;
  const JsonObject checked(*members, object.pointer_to(key), problems);
  if (!members->is_object()) return result;
  if (members->empty())
    object.add_problem(key, "it names no pointer", fmt::format("leave out {} or name one", key));
  for (const auto& [pointer, values] : members->items()) {
    const std::string place = checked.pointer_to(pointer);
    if (!pointer.starts_with('/'))
      problems.push_back({place, fmt::format("{} is not a JSON pointer", in_quotes(pointer)),
                          "write it like /workload/skew"});
    else if (unique)
      result.emplace_back(pointer, read_values(values, place, problems));
    else
      result.emplace_back(pointer, values.is_array() ? values.get<std::vector<json>>() : std::vector<json>{});
  }
  return result;
}

void read_grid(JsonObject& object, std::vector<Problem>& problems, Sweep& sweep) {
  for (auto& [pointer, values] : read_pointers(object, "grid", true, problems)) {
    Axis axis{{pointer}, {}};
    for (json& value : values) axis.values.push_back({std::move(value)});
    sweep.axes.push_back(std::move(axis));
  }
}

/// Values may come back in `zip`: only together do they name a point.
void read_zip(JsonObject& object, std::vector<Problem>& problems, Sweep& sweep) {
  Axis axis;
  for (auto& [pointer, values] : read_pointers(object, "zip", false, problems)) {
    if (axis.pointers.empty()) axis.values.resize(values.size());
    if (values.empty() || values.size() != axis.values.size()) {
      problems.push_back(
          {"/zip",
           fmt::format("{} has {} values{}", pointer, values.size(),
                       axis.pointers.empty()
                           ? ""
                           : fmt::format(" and {} has {}", axis.pointers.front(), axis.values.size())),
           "give lists of equal length, at least one value each"});
      return;
    }
    axis.pointers.push_back(pointer);
    for (std::size_t i = 0; i < values.size(); ++i) axis.values[i].push_back(std::move(values[i]));
  }
  if (!axis.pointers.empty()) sweep.axes.push_back(std::move(axis));
}

void read_where(JsonObject& object, std::vector<Problem>& problems, Sweep& sweep) {
  const json* list = object.raw("where");
  if (!list) return;
  if (!list->is_array()) {
    object.add_problem("where", fmt::format("found {}, not a list", describe(*list)),
                       "give a list of comparisons");
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string place = fmt::format("/where/{}", i);
    try {
      if (!(*list)[i].is_string()) throw input_error(place, "not a text", "write a comparison as a text");
      sweep.where.push_back(parse_comparison((*list)[i].get_ref<const std::string&>(), place));
    } catch (const Error& error) {
      problems.push_back(error.problems().front());
    }
  }
}

void read_patterns(JsonObject& object, std::vector<Problem>& problems, Sweep& sweep) {
  const json* list = object.raw("patterns");
  if (!list) {
    const std::vector<std::string> swept = swept_pointers(sweep);
    if (std::ranges::find(swept, "/expert_parallel/communication_pattern") != swept.end()) return;
    sweep.patterns = all_pattern_kinds();
    return;
  }
  if (!list->is_array() || list->empty()) {
    object.add_problem("patterns", fmt::format("found {}", describe(*list)), "give a list of patterns");
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const json one = {{std::to_string(i), (*list)[i]}};
    JsonObject element(one, "/patterns", problems);
    const auto kind = element.choice<PatternKind>(std::to_string(i), "a pattern", communication_patterns());
    if (kind && std::ranges::find(sweep.patterns, *kind) != sweep.patterns.end())
      element.add_problem(std::to_string(i), "given twice", "name each pattern once");
    if (kind) sweep.patterns.push_back(*kind);
  }
}

/// Repetitions are an axis like any other: seeds base, base + 1, ...
void add_seeds(const Scenario& base, std::vector<Problem>& problems, Sweep& sweep) {
  if (sweep.seeds == 1) return;
  if (base.direct_traffic) {
    problems.push_back({"/seeds", "the base has direct traffic, which knows no seed", "leave out seeds"});
    return;
  }
  Axis axis{{std::string(seed_pointer)}, {}};
  for (int i = 0; i < sweep.seeds; ++i)
    axis.values.push_back({base.workload.seed + static_cast<std::uint64_t>(i)});
  sweep.axes.push_back(std::move(axis));
}

void check_pointers_once(const Sweep& sweep, std::vector<Problem>& problems) {
  std::set<std::string> seen;
  for (const std::string& pointer : swept_pointers(sweep))
    if (!seen.insert(pointer).second)
      problems.push_back({pointer, "is swept twice", "name it once in grid, zip and seeds"});
}

/// The base scenario has to be right by itself; nothing otherwise.
std::optional<Scenario> check_base(const Sweep& sweep, std::vector<Problem>& problems) {
  try {
    return parse_scenario(*sweep.base, sweep.base_folder, sweep.base_name);
  } catch (const Error& error) {
    for (Problem problem : error.problems()) {
      problem.place = "/base" + problem.place;
      problems.push_back(std::move(problem));
    }
    return std::nullopt;
  }
}

}  // namespace

Sweep parse_sweep(const json& document, const std::filesystem::path& folder, const std::string& default_name,
                  const std::vector<std::string>& overrides) {
  std::vector<Problem> problems;
  JsonObject object(document, "", problems);
  Sweep sweep;
  object.string("$schema");
  sweep.name = object.string("name").value_or(default_name);
  assign(sweep.question, object.string("question"));
  assign(sweep.expect, object.string("expect"));
  std::optional<json> written = read_base(object, folder, problems, sweep);
  read_grid(object, problems, sweep);
  read_zip(object, problems, sweep);
  read_where(object, problems, sweep);
  assign(sweep.seeds, object.integer("seeds", seed_counts));
  read_patterns(object, problems, sweep);
  object.finish();
  if (written) {
    for (const std::string& one : overrides) apply_override(*written, one);
    sweep.base = std::make_shared<const json>(*std::move(written));
    if (const auto base = check_base(sweep, problems)) {
      check_swept_pointers(sweep, resolved_json(*base), problems);
      add_seeds(*base, problems, sweep);
      check_pointers_once(sweep, problems);
    }
  }
  if (!problems.empty()) throw Error(Error::Kind::input, problems);
  return sweep;
}

Sweep read_sweep(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
  const json document = load_json_object(path);
  if (!document.contains("base") && (document.contains("platform") || document.contains("model")))
    throw input_error(path.string(), "is a scenario, not a sweep",
                      "epsim run and epsim compare take it; a sweep file names it as its base");
  return parse_sweep(document, path.parent_path(), printable(path.stem().string()), overrides);
}

}  // namespace epsim
