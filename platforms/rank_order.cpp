#include "platforms/rank_order.hpp"

#include <algorithm>
#include <numeric>

#include "platforms/indexing.hpp"

namespace epsim {
namespace {

using DevicesOfNodes = std::vector<std::vector<DeviceId>>;

DevicesOfNodes devices_of_nodes(std::span<const NodeId> node_of_device) {
  DevicesOfNodes devices(at(*std::ranges::max_element(node_of_device) + 1));
  for (std::size_t device = 0; device < node_of_device.size(); ++device)
    devices[at(node_of_device[device])].push_back(static_cast<DeviceId>(device));
  return devices;
}

/// How many ranks each of the first nodes gets, dealt one by one; a node that is full gets no more.
std::vector<int> deal(const DevicesOfNodes& devices, std::size_t nodes, int ranks) {
  std::vector<int> shares(nodes);
  while (ranks > 0)
    for (std::size_t node = 0; node < nodes && ranks > 0; ++node)
      if (at(shares[node]) < devices[node].size()) {
        ++shares[node];
        --ranks;
      }
  return shares;
}

/// As few nodes, from the first one on, as have a device for each rank.
std::size_t nodes_needed(const DevicesOfNodes& devices, int ranks) {
  std::size_t nodes = 0;
  for (std::size_t room = 0; room < at(ranks); ++nodes) room += devices[nodes].size();
  return nodes;
}

std::vector<DeviceId> balanced(const DevicesOfNodes& devices, int ranks) {
  const std::size_t nodes = nodes_needed(devices, ranks);
  const std::vector<int> shares = deal(devices, nodes, ranks);
  std::vector<DeviceId> of_ranks;
  for (std::size_t node = 0; node < nodes; ++node)
    of_ranks.insert(of_ranks.end(), devices[node].begin(), devices[node].begin() + shares[node]);
  return of_ranks;
}

std::vector<DeviceId> strided(const DevicesOfNodes& devices, int ranks) {
  std::vector<DeviceId> of_ranks;
  for (std::size_t place = 0; of_ranks.size() < at(ranks); ++place)
    for (const std::vector<DeviceId>& node : devices)
      if (place < node.size() && of_ranks.size() < at(ranks)) of_ranks.push_back(node[place]);
  return of_ranks;
}

}  // namespace

std::vector<DeviceId> devices_of_ranks(const RanksSpec& spec, std::span<const NodeId> node_of_device,
                                       int ranks) {
  switch (spec.order) {
    case RankOrder::listed:
      return spec.devices;
    case RankOrder::balanced:
      return balanced(devices_of_nodes(node_of_device), ranks);
    case RankOrder::strided:
      return strided(devices_of_nodes(node_of_device), ranks);
    case RankOrder::contiguous:
      break;
  }
  std::vector<DeviceId> of_ranks(at(ranks));
  std::iota(of_ranks.begin(), of_ranks.end(), 0);
  return of_ranks;
}

}  // namespace epsim
