#include "analysis/report/comparison.hpp"

#include <utility>

#include "analysis/report/comparison_input.hpp"
#include "analysis/report/network_data.hpp"
#include "analysis/report/result_file.hpp"
#include "analysis/report/timeline_data.hpp"
#include "analysis/report/traffic_data.hpp"
#include "analysis/report/waits_data.hpp"
#include "analysis/version.hpp"

namespace epsim {
namespace {

using Json = nlohmann::ordered_json;

/// What every pattern's run repeats is kept once, with the first, and of the steps' loads what is drawn.
void leave_out_repetitions(Json& result) {
  bool is_first = true;
  for (Json& run : result.at("patterns")) {
    if (!is_first) run.erase("resolved_scenario");
    for (Json& step : run.at("steps")) {
      Json& load = step.at("load");
      if (load.is_null()) continue;
      load = {{"max_over_mean", load.at("max_over_mean")},
              {"expert_max_over_mean", load.at("expert_max_over_mean")}};
    }
    is_first = false;
  }
}

}  // namespace

Json comparison_data(const std::filesystem::path& folder) {
  Json result = read_result(folder);
  const ComparisonInput input(folder, result);
  Json data = {{"kind", "comparison"},
               {"version", version()},
               {"devices", input.devices.device},
               {"nodes", input.devices.node},
               {"timelines", timeline_data(input)},
               {"traffic", traffic_data(input)},
               {"waits", waits_data(input)},
               {"network", network_data(input)},
               {"link_use", link_use_data(input)}};
  leave_out_repetitions(result);
  data["result"] = std::move(result);
  return data;
}

}  // namespace epsim
