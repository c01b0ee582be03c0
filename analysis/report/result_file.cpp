#include "analysis/report/result_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>

#include "analysis/blame/blame.hpp"
#include "analysis/version.hpp"
#include "platforms/error.hpp"
#include "platforms/printable.hpp"
#include "platforms/system/input_file.hpp"
#include "sim/phase.hpp"

namespace epsim {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* again = "run epsim compare --out again";

enum class Kind { text, flag, number, number_or_null, numbers, object, object_or_null, list };

struct Field {
  std::string_view pointer;
  Kind kind;
};

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
    Field{"/phases/dispatch/logical_bytes", Kind::number},
    Field{"/phases/combine/logical_bytes", Kind::number},
    Field{"/load", Kind::object_or_null},
    Field{"/busiest_link", Kind::object_or_null},
    Field{"/validation", Kind::object_or_null},
    Field{"/blame/seconds", Kind::object},
    Field{"/blame/operations", Kind::number},
    Field{"/waits", Kind::list},
    Field{"/placement/slots", Kind::numbers},
    Field{"/placement/devices", Kind::numbers},
    Field{"/placement/nodes", Kind::numbers},
    Field{"/steps", Kind::list},
};
constexpr std::array phase_fields = {
    Field{"/seconds", Kind::number},         Field{"/lower_bound_seconds", Kind::number},
    Field{"/bytes", Kind::number},           Field{"/scale_up_bytes", Kind::number},
    Field{"/scale_out_bytes", Kind::number}, Field{"/messages", Kind::number},
};
constexpr std::array load_fields = {
    Field{"/expert_loads", Kind::numbers},      Field{"/device_loads", Kind::numbers},
    Field{"/max_over_mean", Kind::number},      Field{"/expert_max_over_mean", Kind::number},
    Field{"/expert_selections", Kind::numbers}, Field{"/source_selections", Kind::numbers},
    Field{"/dropped_selections", Kind::number}, Field{"/selections", Kind::number},
    Field{"/capacity", Kind::number_or_null},
};
constexpr std::array link_fields = {Field{"/name", Kind::text}, Field{"/utilization", Kind::number}};
constexpr std::array validation_fields = {
    Field{"/pattern", Kind::text},
    Field{"/on", Kind::list},
    Field{"/least_devices", Kind::number},
    Field{"/most_devices", Kind::number},
    Field{"/least_bytes_per_device", Kind::number},
    Field{"/most_bytes_per_device", Kind::number},
    Field{"/error", Kind::object_or_null},
    Field{"/covers_this_run", Kind::flag},
};
constexpr std::array error_fields = {Field{"/times", Kind::number}, Field{"/mean", Kind::number},
                                     Field{"/largest", Kind::number}};
constexpr std::array wait_fields = {
    Field{"/phase", Kind::text},
    Field{"/source", Kind::number},
    Field{"/destination", Kind::number},
    Field{"/waited_seconds", Kind::number},
    Field{"/late_seconds", Kind::number},
    Field{"/queued_seconds", Kind::number},
    Field{"/moving_seconds", Kind::number},
    Field{"/bytes", Kind::number},
    Field{"/messages", Kind::number},
};
constexpr std::array step_fields = {Field{"/layer_seconds", Kind::number_or_null},
                                    Field{"/load", Kind::object_or_null},
                                    Field{"/rebalance_bytes", Kind::number}};
constexpr std::array step_load_fields = {Field{"/max_over_mean", Kind::number},
                                         Field{"/expert_max_over_mean", Kind::number}};

bool is_of(const Json& value, Kind kind) {
  switch (kind) {
    case Kind::text:
      return value.is_string();
    case Kind::flag:
      return value.is_boolean();
    case Kind::number:
      return value.is_number();
    case Kind::number_or_null:
      return value.is_number() || value.is_null();
    case Kind::numbers:
      return value.is_array() && std::ranges::all_of(value, [](const Json& one) { return one.is_number(); });
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

class ResultCheck {
 public:
  explicit ResultCheck(std::string file) : file_(std::move(file)) {}

  /// `where` is the pointer to `value`.
  void require(const Json& value, const std::string& where, std::span<const Field> fields) const {
    for (const Field& field : fields) {
      const Json::json_pointer pointer{std::string(field.pointer)};
      if (!value.is_object() || !value.contains(pointer) || !is_of(value.at(pointer), field.kind))
        throw fault(where + std::string(field.pointer));
    }
  }
  void require_unless_null(const Json& value, const std::string& where, std::span<const Field> fields) const {
    if (!value.is_null()) require(value, where, fields);
  }
  void require_each(const Json& list, const std::string& where, std::span<const Field> fields) const {
    for (std::size_t i = 0; i < list.size(); ++i) require(list[i], fmt::format("{}/{}", where, i), fields);
  }

  [[nodiscard]] Error fault(const std::string& pointer) const {
    return input_error(
        file_, fmt::format("is no result of epsim compare: {} is missing or of another kind", pointer),
        again);
  }
  void require_version(const Json& run) const {
    if (!run.is_object() || !run.contains("version") || !run.at("version").is_string()) return;
    const std::string found = run.at("version");
    if (release_of(found) != release_of(version()))
      throw input_error(file_, fmt::format("is of epsim {}, this is {}", printable(found, 40), version()),
                        again);
  }

 private:
  std::string file_;
};

void check_run(const ResultCheck& check, const Json& run, const std::string& where) {
  check.require_version(run);
  check.require(run, where, run_fields);
  for (const std::string_view name : Names<Phase>::values) {
    const std::string phase(name);
    const std::string place = where + "/phases/" + phase;
    if (!run.at("phases").contains(phase)) throw check.fault(place);
    check.require(run.at("phases").at(phase), place, phase_fields);
  }
  for (const std::string_view cause : Names<Cause>::values) {
    const Json& seconds = run.at("blame").at("seconds");
    const std::string name(cause);
    if (!seconds.contains(name) || !seconds.at(name).is_number())
      throw check.fault(where + "/blame/seconds/" + name);
  }
  check.require_unless_null(run.at("load"), where + "/load", load_fields);
  check.require_unless_null(run.at("busiest_link"), where + "/busiest_link", link_fields);
  check.require_unless_null(run.at("validation"), where + "/validation", validation_fields);
  if (!run.at("validation").is_null())
    check.require_unless_null(run.at("validation").at("error"), where + "/validation/error", error_fields);
  check.require_each(run.at("waits"), where + "/waits", wait_fields);
  check.require_each(run.at("steps"), where + "/steps", step_fields);
  for (const Json& step : run.at("steps"))
    check.require_unless_null(step.at("load"), where + "/steps/load", step_load_fields);
  const Json& placement = run.at("placement");
  if (run.at("steps").empty()) throw check.fault(where + "/steps");
  if (placement.at("devices").size() != placement.at("nodes").size())
    throw check.fault(where + "/placement/nodes");
}

/// Nothing where it is no JSON, or is nested deeper than any result: what walks through it would not come
/// back.
Json parse_shallow(const std::string& text) {
  constexpr int deepest = 64;
  bool is_deep = false;
  Json result = Json::parse(
      text,
      [&](int depth, Json::parse_event_t, Json&) {
        is_deep = is_deep || depth > deepest;
        return !is_deep;
      },
      false);
  return is_deep ? Json() : result;
}

}  // namespace

Json read_result(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "result.json";
  Json result = parse_shallow(read_input_file(file, again));
  const auto is_text = [&](const char* key) { return result.contains(key) && result.at(key).is_string(); };
  const bool is_ours = result.is_object() && is_text("verdict") && is_text("scenario") &&
                       result.contains("patterns") && result.at("patterns").is_array() &&
                       !result.at("patterns").empty();
  if (!is_ours) throw input_error(file.string(), "is no result of epsim compare, or not all of it", again);
  const ResultCheck check(file.string());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < result.at("patterns").size(); ++i) {
    const Json& run = result.at("patterns").at(i);
    check_run(check, run, fmt::format("/patterns/{}", i));
    if (std::ranges::count(names, run.at("pattern").get<std::string>()) > 0)
      throw input_error(file.string(), "has a pattern twice", again);
    names.push_back(run.at("pattern"));
  }
  return result;
}

}  // namespace epsim
