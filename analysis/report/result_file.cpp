#include "analysis/report/result_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "analysis/version.hpp"
#include "platforms/error.hpp"
#include "platforms/printable.hpp"
#include "platforms/system/input_file.hpp"

namespace epsim {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* again = "run epsim compare --out again";

enum class Kind { text, number, number_or_null, object, object_or_null, list };

struct Field {
  std::string_view pointer;
  Kind kind;
};

/// Of a run: what the page reads. The rest is shown where it is there.
constexpr std::array run_fields = {
    Field{"/version", Kind::text},
    Field{"/scenario", Kind::text},
    Field{"/resolved_scenario", Kind::object},
    Field{"/pattern", Kind::text},
    Field{"/transport", Kind::text},
    Field{"/engine", Kind::text},
    Field{"/layer_seconds", Kind::number},
    Field{"/total_seconds", Kind::number},
    Field{"/lower_bound_seconds", Kind::number},
    Field{"/communication_efficiency", Kind::number},
    Field{"/exposed_communication_seconds", Kind::number},
    Field{"/phases/gate/seconds", Kind::number},
    Field{"/phases/dispatch/seconds", Kind::number},
    Field{"/phases/dispatch/lower_bound_seconds", Kind::number},
    Field{"/phases/dispatch/scale_up_bytes", Kind::number},
    Field{"/phases/dispatch/scale_out_bytes", Kind::number},
    Field{"/phases/dispatch/messages", Kind::number},
    Field{"/phases/expert/seconds", Kind::number},
    Field{"/phases/combine/seconds", Kind::number},
    Field{"/phases/combine/lower_bound_seconds", Kind::number},
    Field{"/phases/combine/scale_up_bytes", Kind::number},
    Field{"/phases/combine/scale_out_bytes", Kind::number},
    Field{"/phases/combine/messages", Kind::number},
    Field{"/load", Kind::object_or_null},
    Field{"/busiest_link", Kind::object_or_null},
    Field{"/blame/seconds", Kind::object},
    Field{"/blame/operations", Kind::number},
    Field{"/waits", Kind::list},
    Field{"/placement/slots", Kind::list},
    Field{"/steps", Kind::list},
};

bool is_of(const Json& value, Kind kind) {
  switch (kind) {
    case Kind::text:
      return value.is_string();
    case Kind::number:
      return value.is_number();
    case Kind::number_or_null:
      return value.is_number() || value.is_null();
    case Kind::object:
      return value.is_object();
    case Kind::object_or_null:
      return value.is_object() || value.is_null();
    case Kind::list:
      return value.is_array();
  }
  return false;
}

/// "0.1.0" of "0.1.0+5a1f": the hash changes with every source, what files hold with the number before it.
std::string_view release_of(std::string_view version) {
  return version.substr(0, version.find('+'));
}

void check_run(const Json& run, const std::string& place) {
  const Json::json_pointer version_place("/version");
  if (run.is_object() && run.contains(version_place) && run[version_place].is_string()) {
    const std::string found = run[version_place];
    if (release_of(found) != release_of(version()))
      throw input_error(place, fmt::format("is of epsim {}, this is {}", printable(found, 40), version()),
                        again);
  }
  for (const Field& field : run_fields) {
    const Json::json_pointer pointer{std::string(field.pointer)};
    if (!run.is_object() || !run.contains(pointer) || !is_of(run.at(pointer), field.kind))
      throw input_error(
          place,
          fmt::format("is no result of epsim compare: {} is missing or of another kind", field.pointer),
          again);
  }
}

}  // namespace

std::string ResultFiles::name_of(const char* name) const {
  return (std::filesystem::path(folder) / name).string();
}

Json read_result(const ResultFiles& files) {
  const std::string place = files.name_of("result.json");
  const std::string text = read_input_file(files.place("result.json"), again);
  Json result = Json::parse(text, nullptr, false);
  const bool is_ours = result.is_object() && result.contains("patterns") && result["patterns"].is_array() &&
                       !result["patterns"].empty() && result.contains("verdict") &&
                       result["verdict"].is_string() && result.contains("scenario") &&
                       result["scenario"].is_string();
  if (!is_ours) throw input_error(place, "is no result of epsim compare, or not all of it", again);
  for (const Json& run : result["patterns"]) check_run(run, place);
  return result;
}

std::vector<std::string> patterns_of(const Json& result) {
  std::vector<std::string> names;
  for (const Json& run : result["patterns"]) names.push_back(run["pattern"]);
  return names;
}

}  // namespace epsim
