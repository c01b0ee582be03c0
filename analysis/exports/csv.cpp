#include "analysis/exports/csv.hpp"

#include "analysis/exports/csv_rows.hpp"
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

}  // namespace epsim
