#include "scenarios/reader/published_reader.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "scenarios/reader/json_file.hpp"
#include "scenarios/reader/limits.hpp"

namespace epsim {
namespace {

using nlohmann::json;

PublishedPoint read_point(JsonObject object) {
  PublishedPoint point;
  point.tokens_per_device = object.integer("tokens_per_device", limits::tokens);
  point.expert_parallel_size = object.integer("expert_parallel_size", limits::devices);
  point.bytes_per_rank = object.bytes("bytes_per_rank", limits::bytes);
  point.dispatch = object.duration("dispatch", limits::measured);
  point.combine = object.duration("combine", limits::measured);
  point.layer = object.duration("layer", limits::measured);
  point.balanced_layer = object.duration("balanced_layer", limits::measured);
  assign(point.counted, object.boolean("counted"));
  if (!object.has("dispatch") && !object.has("combine") && !object.has("layer"))
    object.add_problem("dispatch", "missing, and so are combine and layer",
                       "give the time of at least one of them");
  if (object.has("balanced_layer") && !object.has("layer"))
    object.add_problem("layer", "missing beside balanced_layer", "give both, or none");
  object.finish();
  return point;
}

}  // namespace

std::vector<PublishedPoint> read_published(const json* value, std::vector<Problem>& problems) {
  std::vector<PublishedPoint> points;
  if (!value) return points;
  if (!value->is_array() || value->empty()) {
    problems.push_back({"/published", fmt::format("found {}, not a list of points", describe(*value)),
                        "give for example [{\"tokens_per_device\": 128, \"dispatch\": \"77us\"}]"});
    return points;
  }
  for (const json& point : *value)
    points.push_back(read_point(JsonObject(point, fmt::format("/published/{}", points.size()), problems)));
  return points;
}

json at_size(json scenario, const PublishedPoint& point) {
  const auto set = [&](const char* pointer, const auto& value) {
    if (value) set_value(scenario, pointer, *value, "published");
  };
  set("/workload/tokens_per_device", point.tokens_per_device);
  set("/expert_parallel/expert_parallel_size", point.expert_parallel_size);
  set("/traffic/bytes_per_rank", point.bytes_per_rank);
  return scenario;
}

}  // namespace epsim
