// Tidy tables of the last step: one row per span, link or bin of time. Columns: README.md of this folder.
#pragma once

#include <iosfwd>
#include <string>

#include "analysis/experiment_result.hpp"

namespace epsim {

/// A text as a cell: quoted where it has to be (RFC 4180).
[[nodiscard]] std::string csv_text(const std::string& text);

/// Every transfer and computation of every pattern, in the schedule's order.
void write_spans_csv(std::ostream& out, const ExperimentResult& experiment);

/// Every link that carried bytes under a pattern, by link id.
void write_links_csv(std::ostream& out, const ExperimentResult& experiment);

/// Every link of the platform, by link id.
void write_topology_csv(std::ostream& out, const Topology& topology);

/// The counters of link_counters.hpp as rows: link classes, the busiest links, messages in flight.
void write_link_use_csv(std::ostream& out, const ExperimentResult& experiment);

}  // namespace epsim
