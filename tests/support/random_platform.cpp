#include "tests/support/random_platform.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

#include "scenarios/reader/platform_reader.hpp"
#include "tests/support/property.hpp"

namespace epsim {

using nlohmann::json;

json random_topology() {
  switch (between(0, 6)) {
    case 0:
      return {{"topology", "star"}, {"devices", between(1, 12)}};
    case 1:
      return {{"topology", "ring"}, {"devices", between(1, 12)}};
    case 2:
      return {{"topology", "full_mesh"}, {"devices", between(1, 12)}};
    case 3: {
      json dimensions = json::array();
      for (int i = between(1, 3); i > 0; --i) dimensions.push_back(between(1, 3));
      return {{"topology", "torus"}, {"dimensions", dimensions}};
    }
    case 4:
      return {{"topology", "fat_tree"}, {"k", 2 * between(1, 2)}, {"oversubscription", between(1, 4)}};
    case 5: {
      const int groups = between(1, 4);
      const int switches = between(1, 3);
      const int least = std::max(1, (groups - 2) / switches + 1);
      return {{"topology", "dragonfly"},
              {"groups", groups},
              {"switches_per_group", switches},
              {"devices_per_switch", between(1, 2)},
              {"global_links_per_switch", between(least, least + 3)}};
    }
    default: {
      const int shared = between(1, 2);
      return {{"topology", "rail_optimized"},
              {"nodes", between(1, 6)},
              {"devices_per_node", 2 * between(1, 2)},
              {"nodes_per_unit", between(1, 4)},
              {"spines", between(0, 3)},
              {"nics_per_device", shared == 1 ? json(1) : json(0.5)}};
    }
  }
}

namespace {

json random_composition() {
  json node;
  switch (between(0, 3)) {
    case 0:
      node = {{"topology", "star"}, {"devices", 4}};
      break;
    case 1:
      node = {{"topology", "full_mesh"}, {"devices", 4}};
      break;
    case 2:
      node = {{"topology", "ring"}, {"devices", 4}};
      break;
    default:
      node = {{"topology", "torus"}, {"dimensions", {2, 2}}};
  }
  json fabric;
  const int nodes = between(1, 4);
  switch (between(0, 3)) {
    case 0:
      fabric = {{"topology", "star"}};
      break;
    case 1:
      fabric = {{"topology", "rail_optimized"}, {"nodes_per_unit", between(1, 3)}};
      break;
    case 2:
      fabric = {{"topology", "fat_tree"}, {"k", 4}};
      break;
    default:
      fabric = {{"topology", "ring"}};
  }
  return {{"node", node},
          {"fabric", fabric},
          {"nodes", nodes},
          {"nics_per_device", one_of({1.0, 0.5, 0.25, 2.0})}};
}

}  // namespace

json random_platform() {
  json platform = between(0, 2) == 0 ? random_composition() : random_topology();
  const int devices = device_count(parse_platform(platform));
  switch (between(0, 3)) {
    case 0:
      platform["ranks"] = "contiguous";
      break;
    case 1:
      platform["ranks"] = "strided";
      break;
    case 2:
      break;
    default: {
      std::vector<int> ranks(static_cast<std::size_t>(devices));
      std::iota(ranks.begin(), ranks.end(), 0);
      for (std::size_t i = ranks.size(); i > 1; --i)
        std::swap(ranks[i - 1], ranks[static_cast<std::size_t>(between(0, static_cast<int>(i) - 1))]);
      ranks.resize(static_cast<std::size_t>(between(1, devices)));
      platform["ranks"] = ranks;
    }
  }
  return platform;
}

}  // namespace epsim
