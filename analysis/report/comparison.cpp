#include "analysis/report/comparison.hpp"

#include "analysis/report/comparison_input.hpp"
#include "analysis/report/matrix_data.hpp"
#include "analysis/report/network_data.hpp"
#include "analysis/report/timeline_data.hpp"
#include "analysis/version.hpp"

namespace epsim {

nlohmann::ordered_json comparison_data(const ResultFiles& files) {
  nlohmann::ordered_json data = {{"kind", "comparison"}, {"version", version()}};
  data["result"] = read_result(files);
  const ComparisonInput input{files, data["result"], patterns_of(data["result"])};
  TimelineData timeline = timeline_data(input);
  nlohmann::ordered_json traffic = traffic_data(input, timeline.devices);
  nlohmann::ordered_json waits = waits_data(input, timeline.devices);
  nlohmann::ordered_json network = network_data(input);
  nlohmann::ordered_json link_use = link_use_data(input);
  data["devices"] = timeline.devices.device;
  data["nodes"] = timeline.devices.node;
  data["timelines"] = std::move(timeline.timelines);
  data["traffic"] = std::move(traffic);
  data["waits"] = std::move(waits);
  data["network"] = std::move(network);
  data["link_use"] = std::move(link_use);
  return data;
}

}  // namespace epsim
