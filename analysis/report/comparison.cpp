#include "analysis/report/comparison.hpp"

#include "analysis/version.hpp"

namespace epsim {

nlohmann::ordered_json comparison_data(const ResultFiles& files) {
  nlohmann::ordered_json data = {{"kind", "comparison"}, {"version", version()}};
  data["result"] = read_result(files);
  return data;
}

}  // namespace epsim
