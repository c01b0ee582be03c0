#include "analysis/exports/traffic_csv.hpp"

#include "analysis/exports/csv_rows.hpp"
#include "sim/exchange.hpp"

namespace epsim {
namespace {

/// The rows of one exchange.
class TrafficRows {
 public:
  TrafficRows(CsvRows& rows, const Cluster& cluster, const Exchange& exchange)
      : rows_(rows), cluster_(cluster), exchange_(exchange) {}

  void add_pairs(Deduplication level, bool inside_nodes_only) {
    const Group& group = cluster_.group;
    for (Rank source = 0; source < group.size(); ++source)
      for (Rank destination = 0; destination < group.size(); ++destination) {
        if (source == destination || (inside_nodes_only && !group.same_node(source, destination))) continue;
        const DeviceId from = group.device(source);
        const DeviceId to = group.device(destination);
        add(level, fmt::to_string(from), fmt::to_string(to), node_of(from), node_of(to),
            exchange_.pair_copies(level, source, destination));
      }
  }

  /// What crosses between a home and another node once for all of that node's devices.
  void add_crossings() {
    const Group& group = cluster_.group;
    for (Rank home = 0; home < group.size(); ++home)
      for (int node = 0; node < group.node_count(); ++node) {
        if (node == group.node(home)) continue;
        const std::int64_t copies = exchange_.node_copies(Deduplication::node, home, node);
        const DeviceId device = group.device(home);
        const NodeId far = node_of(group.device(group.ranks_of(node).front()));
        if (exchange_.phase() == Phase::dispatch)
          add(Deduplication::node, fmt::to_string(device), "", node_of(device), far, copies);
        else
          add(Deduplication::node, "", fmt::to_string(device), far, node_of(device), copies);
      }
  }

 private:
  [[nodiscard]] NodeId node_of(DeviceId device) const { return cluster_.topology.node_of(device); }

  void add(Deduplication level, const std::string& source, const std::string& destination, NodeId source_node,
           NodeId destination_node, std::int64_t copies) {
    if (copies == 0) return;
    rows_.add("{},{},{},{},{},{},{}\n", name_of(exchange_.phase()), name_of(level), source, destination,
              source_node, destination_node, copies * exchange_.bytes_per_copy());
  }

  CsvRows& rows_;
  const Cluster& cluster_;
  const Exchange& exchange_;
};

}  // namespace

void write_traffic_csv(std::ostream& out, const ExperimentResult& experiment) {
  CsvRows rows(out);
  rows.add("phase,level,source,destination,source_node,destination_node,bytes\n");
  const Traffic& traffic = experiment.last_step.traffic;
  for (const Phase phase : {Phase::dispatch, Phase::combine}) {
    if (phase == Phase::combine && !traffic.has_combine()) continue;
    const Exchange exchange(traffic, experiment.cluster.group, phase);
    TrafficRows table(rows, experiment.cluster, exchange);
    table.add_pairs(Deduplication::none, false);
    if (!traffic.has_combine()) continue;  // final bytes: every level is the same
    table.add_pairs(Deduplication::device, false);
    table.add_pairs(Deduplication::node, true);
    table.add_crossings();
  }
}

}  // namespace epsim
