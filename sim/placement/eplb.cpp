#include "sim/placement/eplb.hpp"
#include "platforms/indexing.hpp"

#include <algorithm>
#include <numeric>

namespace epsim {
namespace {

using Index = std::int32_t;

/// The items of each pack, equally many each: by weight descending, each to the lightest pack with room.
std::vector<std::vector<Index>> pack(std::span<const double> weights, int packs) {
  std::vector<Index> order(weights.size());
  std::iota(order.begin(), order.end(), 0);
  std::vector<std::vector<Index>> contents(at(packs));
  const std::size_t room = weights.size() / contents.size();
  if (room > 1)
    std::ranges::stable_sort(order, [&](Index a, Index b) { return weights[at(a)] > weights[at(b)]; });
  std::vector<double> load(contents.size());
  for (const Index item : order) {
    std::size_t lightest = contents.size();
    for (std::size_t p = 0; p < contents.size(); ++p)
      if (contents[p].size() < room && (lightest == contents.size() || load[p] < load[lightest]))
        lightest = p;
    if (room == 1) lightest = at(item);
    contents[lightest].push_back(item);
    load[lightest] += weights[at(item)];
  }
  return contents;
}

struct Copies {
  std::vector<Index> item;  ///< the items in order, then the further copies in the order they were made
  std::vector<int> count;   ///< per item
};

/// Copies again and again the item with the largest load per copy.
Copies replicate(std::span<const double> loads, int copies) {
  Copies result{std::vector<Index>(loads.size()), std::vector<int>(loads.size(), 1)};
  std::iota(result.item.begin(), result.item.end(), 0);
  while (static_cast<int>(result.item.size()) < copies) {
    std::size_t largest = 0;
    for (std::size_t i = 1; i < loads.size(); ++i)
      if (loads[i] / result.count[i] > loads[largest] / result.count[largest]) largest = i;
    ++result.count[largest];
    result.item.push_back(static_cast<Index>(largest));
  }
  return result;
}

/// Appends the slots of one node that holds these experts, in packed group order.
void plan_node(std::span<const Index> experts, std::span<const double> loads, int slots, int devices,
               std::vector<Index>& expert_of_slot) {
  std::vector<double> node_loads;
  for (const Index expert : experts) node_loads.push_back(loads[at(expert)]);
  const Copies copies = replicate(node_loads, slots);
  std::vector<double> copy_loads;
  for (const Index item : copies.item) copy_loads.push_back(node_loads[at(item)] / copies.count[at(item)]);
  for (const std::vector<Index>& device : pack(copy_loads, devices))
    for (const Index copy : device) expert_of_slot.push_back(experts[at(copies.item[at(copy)])]);
}

}  // namespace

std::vector<Index> eplb_plan(std::span<const double> loads, EplbShape shape) {
  if (shape.groups % shape.nodes != 0) shape.groups = shape.nodes = 1;
  const std::size_t group_size = loads.size() / at(shape.groups);
  std::vector<double> group_loads;
  for (std::size_t first = 0; first < loads.size(); first += group_size) {
    const std::span<const double> group = loads.subspan(first, group_size);
    group_loads.push_back(std::accumulate(group.begin(), group.end(), 0.0));
  }
  std::vector<Index> expert_of_slot;
  for (const std::vector<Index>& node : pack(group_loads, shape.nodes)) {
    std::vector<Index> experts;
    for (const Index group : node)
      for (std::size_t i = 0; i < group_size; ++i)
        experts.push_back(group * static_cast<Index>(group_size) + static_cast<Index>(i));
    plan_node(experts, loads, shape.slots / shape.nodes, shape.devices / shape.nodes, expert_of_slot);
  }
  return expert_of_slot;
}

}  // namespace epsim
