#include "analysis/exports/link_counters.hpp"
#include "platforms/indexing.hpp"

#include <algorithm>
#include <array>

namespace epsim {
namespace {

constexpr std::size_t class_count = 2;
constexpr std::size_t no_counter = static_cast<std::size_t>(-1);

/// The most utilized first; ties to the lower link id.
std::vector<LinkUse> busiest(std::vector<LinkUse> uses, std::size_t count) {
  std::stable_sort(uses.begin(), uses.end(),
                   [](const LinkUse& a, const LinkUse& b) { return a.utilization > b.utilization; });
  uses.resize(std::min(uses.size(), count));
  return uses;
}

/// Spreads bytes evenly over [begin, end) into bins.
void spread(std::vector<double>& bins, Seconds bin_seconds, Seconds begin, Seconds end, double bytes) {
  const auto bin_at = [&](Seconds time) {
    return std::min(static_cast<std::size_t>(time / bin_seconds), bins.size() - 1);
  };
  const std::size_t first = bin_at(begin);
  const std::size_t last = bin_at(end);
  if (first == last) {
    bins[first] += bytes;
    return;
  }
  const double rate = bytes / (end - begin);
  for (std::size_t bin = first; bin <= last; ++bin) {
    const Seconds from = std::max(begin, static_cast<double>(bin) * bin_seconds);
    const Seconds to = std::min(end, static_cast<double>(bin + 1) * bin_seconds);
    bins[bin] += rate * std::max(0.0, to - from);
  }
}

/// Bytes per bin of every counter: the classes, then the chosen links.
struct Tally {
  std::vector<std::vector<double>> bytes;
  std::vector<std::size_t> counter_of_link;  ///< no_counter: not among the chosen
  std::vector<double> in_flight;             ///< seconds of messages
};

void tally_transfer(Tally& tally, const Topology& topology, const Simulation& simulation, OpId op,
                    Seconds bin_seconds) {
  const Schedule& schedule = simulation.lowered.schedule;
  const DeviceId source = schedule.device(op);
  const DeviceId destination = schedule.peer(op);
  const Seconds end = simulation.timeline.finished()[op];
  const Seconds begin =
      std::min(end, simulation.timeline.started()[op] + simulation.routes.latency(source, destination));
  const Seconds issued = simulation.timeline.started()[op];
  spread(tally.in_flight, bin_seconds, issued, end, end - issued);
  const auto bytes = static_cast<double>(schedule.bytes(op));
  std::array<double, class_count> of_class{};
  for (const LinkId id : simulation.routes.links_between(source, destination)) {
    if (id >= topology.link_count()) continue;  // a device's cap
    of_class[at(topology.link(id).link_class)] += bytes;
    const std::size_t counter = tally.counter_of_link[at(id)];
    if (counter != no_counter) spread(tally.bytes[counter], bin_seconds, begin, end, bytes);
  }
  for (std::size_t c = 0; c < class_count; ++c)
    if (of_class[c] > 0) spread(tally.bytes[c], bin_seconds, begin, end, of_class[c]);
}

LinkCounter to_counter(std::string name, std::vector<double> bytes, double bytes_per_full_bin) {
  for (double& value : bytes) value /= bytes_per_full_bin;
  return {std::move(name), std::move(bytes)};
}

}  // namespace

LinkCounters link_counters(const Topology& topology, const Simulation& simulation, const LayerSummary& layer,
                           int bins, std::size_t links) {
  LinkCounters result{layer.layer_seconds / bins, {}};
  if (layer.links.empty()) return result;
  const std::vector<LinkUse> chosen = busiest(layer.links, links);
  Tally tally{{class_count + chosen.size(), std::vector<double>(static_cast<std::size_t>(bins))},
              std::vector<std::size_t>(static_cast<std::size_t>(topology.link_count()), no_counter),
              std::vector<double>(static_cast<std::size_t>(bins))};
  for (std::size_t i = 0; i < chosen.size(); ++i) tally.counter_of_link[at(chosen[i].link)] = class_count + i;
  const Schedule& schedule = simulation.lowered.schedule;
  for (OpId op = 0; op < schedule.size(); ++op)
    if (schedule.kind(op) == OpKind::transfer)
      tally_transfer(tally, topology, simulation, op, result.bin_seconds);

  std::array<BytesPerSecond, class_count> class_bandwidth{};
  for (const LinkUse& use : layer.links)
    class_bandwidth[at(topology.link(use.link).link_class)] +=
        simulation.lowered.link_bandwidth[at(use.link)];
  for (std::size_t c = 0; c < class_count; ++c)
    if (class_bandwidth[c] > 0)
      result.counters.push_back(to_counter(std::string(name_of(static_cast<LinkClass>(c))) + " links",
                                           std::move(tally.bytes[c]),
                                           class_bandwidth[c] * result.bin_seconds));
  for (std::size_t i = 0; i < chosen.size(); ++i)
    result.counters.push_back(
        to_counter(topology.link_name(chosen[i].link), std::move(tally.bytes[class_count + i]),
                   simulation.lowered.link_bandwidth[at(chosen[i].link)] * result.bin_seconds));
  LinkCounter in_flight = to_counter("messages in flight", std::move(tally.in_flight), result.bin_seconds);
  in_flight.unit = "messages";
  result.counters.push_back(std::move(in_flight));
  return result;
}

}  // namespace epsim
