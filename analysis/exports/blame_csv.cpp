#include "analysis/exports/blame_csv.hpp"

#include <fmt/ranges.h>

#include "analysis/blame/wait_map.hpp"
#include "analysis/exports/csv.hpp"
#include "analysis/exports/csv_rows.hpp"
#include "analysis/exports/link_name.hpp"
#include "analysis/exports/spans.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

void add_path(CsvRows& rows, const ExperimentResult& experiment, std::size_t pattern) {
  const Topology& topology = experiment.cluster.topology;
  const Schedule& schedule = experiment.simulations[pattern].lowered.schedule;
  for (const BlamedStep& one : experiment.blames[pattern].path) {
    const OpId op = one.step.op;
    const bool is_transfer = schedule.kind(op) == OpKind::transfer;
    rows.add("{},{},{},{},{},{},{},{},{},{},{},{},{}\n", name_of(experiment.patterns[pattern]),
             schedule.device(op), topology.node_of(schedule.device(op)),
             stream_label(schedule.streams()[schedule.stream_of(op)]), name_of(schedule.phase(op)),
             span_kind(schedule, op), is_transfer ? fmt::to_string(schedule.peer(op)) : "",
             is_transfer ? fmt::to_string(schedule.bytes(op)) : "", name_of(one.step.release), one.step.begin,
             one.step.end, one.link ? csv_text(route_link_name(topology, *one.link)) : "",
             fmt::join(one.seconds, ","));
  }
}

}  // namespace

void write_critical_path_csv(std::ostream& out, const ExperimentResult& experiment) {
  CsvRows rows(out);
  rows.add(
      "pattern,device,node,stream,phase,kind,peer,bytes,released_by,begin_seconds,end_seconds,"
      "shared_link");
  for (const std::string_view cause : Names<Cause>::values) rows.add(",{}_seconds", cause);
  rows.add("\n");
  for (std::size_t p = 0; p < experiment.patterns.size(); ++p) add_path(rows, experiment, p);
}

void write_waits_csv(std::ostream& out, const ExperimentResult& experiment) {
  const Topology& topology = experiment.cluster.topology;
  CsvRows rows(out);
  rows.add(
      "pattern,phase,source,destination,source_node,destination_node,bytes,messages,waited_seconds,"
      "late_seconds,queued_seconds,moving_seconds,alone_seconds\n");
  for (std::size_t p = 0; p < experiment.patterns.size(); ++p)
    for (const Wait& wait : wait_map(experiment.simulations[p]))
      rows.add("{},{},{},{},{},{},{},{},{},{},{},{},{}\n", name_of(experiment.patterns[p]),
               name_of(wait.phase), wait.source, wait.destination, topology.node_of(wait.source),
               topology.node_of(wait.destination), wait.bytes, wait.messages, wait.waited, wait.late,
               wait.queued, wait.moving, wait.alone);
}

}  // namespace epsim
