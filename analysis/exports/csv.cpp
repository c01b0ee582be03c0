#include "analysis/exports/csv.hpp"

#include "analysis/exports/csv_rows.hpp"
#include "analysis/exports/link_counters.hpp"
#include "analysis/exports/spans.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

void add_spans(CsvRows& rows, const ExperimentResult& experiment, const Simulation& simulation) {
  const Schedule& schedule = simulation.lowered.schedule;
  const std::string_view pattern = name_of(simulation.pattern);
  const std::size_t last_step = experiment.steps.size() - 1;
  std::vector<std::string> labels;
  for (const Stream& stream : schedule.streams()) labels.push_back(stream_label(stream));
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (schedule.kind(op) == OpKind::join) continue;
    const bool is_transfer = schedule.kind(op) == OpKind::transfer;
    const DeviceId device = schedule.device(op);
    const auto expert = expert_of(schedule, experiment.last_step.placement, op);
    rows.add("{},{},0,{},{},{},{},{},{},{},{},{},{}\n", pattern, last_step, device,
             experiment.cluster.topology.node_of(device), labels[schedule.stream_of(op)],
             name_of(schedule.phase(op)), span_kind(schedule, op),
             is_transfer ? fmt::to_string(schedule.peer(op)) : "", expert ? fmt::to_string(*expert) : "",
             is_transfer ? fmt::to_string(schedule.bytes(op)) : "", simulation.timeline.started()[op],
             simulation.timeline.finished()[op]);
  }
}

}  // namespace

std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

void write_spans_csv(std::ostream& out, const ExperimentResult& experiment) {
  CsvRows rows(out);
  rows.add("pattern,step,layer,device,node,stream,phase,kind,peer,expert,bytes,start_seconds,end_seconds\n");
  for (const Simulation& simulation : experiment.simulations) add_spans(rows, experiment, simulation);
}

void write_links_csv(std::ostream& out, const ExperimentResult& experiment) {
  const Topology& topology = experiment.cluster.topology;
  CsvRows rows(out);
  rows.add("pattern,link,class,from,to,bandwidth_bytes_per_second,bytes,busy_seconds,utilization\n");
  for (std::size_t i = 0; i < experiment.patterns.size(); ++i) {
    for (const LinkUse& use : experiment.summaries.back().layers[i].links) {
      const Link& link = topology.link(use.link);
      rows.add("{},{},{},{},{},{},{},{},{}\n", name_of(experiment.patterns[i]),
               csv_text(topology.link_name(link.id)), name_of(link.link_class),
               csv_text(topology.name_of_vertex(link.from)), csv_text(topology.name_of_vertex(link.to)),
               link.bandwidth, use.bytes, use.busy_seconds, use.utilization);
    }
  }
}

void write_topology_csv(std::ostream& out, const Topology& topology) {
  CsvRows rows(out);
  rows.add(
      "link,class,from,to,from_device,to_device,from_node,to_node,bandwidth_bytes_per_second,latency_"
      "seconds\n");
  const auto device = [&](VertexId vertex) {
    return topology.is_device(vertex) ? fmt::to_string(vertex) : "";
  };
  const auto node = [&](VertexId vertex) {
    const NodeId id = topology.node_of_vertex(vertex);
    return id == no_node ? "" : fmt::to_string(id);
  };
  for (const Link& link : topology.links())
    rows.add("{},{},{},{},{},{},{},{},{},{}\n", csv_text(topology.link_name(link.id)),
             name_of(link.link_class), csv_text(topology.name_of_vertex(link.from)),
             csv_text(topology.name_of_vertex(link.to)), device(link.from), device(link.to), node(link.from),
             node(link.to), link.bandwidth, link.latency);
}

void write_link_use_csv(std::ostream& out, const ExperimentResult& experiment) {
  CsvRows rows(out);
  rows.add("pattern,counter,unit,begin_seconds,end_seconds,value\n");
  constexpr int bins = 200;
  constexpr std::size_t busiest = 8;
  for (std::size_t p = 0; p < experiment.patterns.size(); ++p) {
    const LinkCounters counters = link_counters(experiment.cluster.topology, experiment.simulations[p],
                                                experiment.summaries.back().layers[p], bins, busiest);
    for (const LinkCounter& counter : counters.counters)
      for (std::size_t bin = 0; bin < counter.values.size(); ++bin)
        rows.add("{},{},{},{},{},{}\n", name_of(experiment.patterns[p]), csv_text(counter.name), counter.unit,
                 static_cast<double>(bin) * counters.bin_seconds,
                 static_cast<double>(bin + 1) * counters.bin_seconds, counter.values[bin]);
  }
}

}  // namespace epsim
