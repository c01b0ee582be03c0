#include "analysis/exports/validity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

bool lies_within(const ValidatedRange& range, const ExperimentResult& experiment, std::size_t pattern) {
  const LayerSummary& layer = experiment.summaries.back().layers[pattern];
  const int devices = experiment.cluster.group.size();
  if (devices < range.least_devices || devices > range.most_devices) return false;
  if (range.pattern != name_of(experiment.patterns[pattern])) return false;
  if (std::ranges::count(range.device_names, experiment.scenario.platform.device.name) == 0) return false;
  constexpr std::array phases = {Phase::dispatch, Phase::combine};
  return std::ranges::all_of(phases, [&](Phase phase) {
    const Bytes bytes = layer.phase(phase).bytes / devices;
    return bytes == 0 || (bytes >= range.least_bytes && bytes <= range.most_bytes);
  });
}

std::string range_text(const ValidatedRange& range) {
  return fmt::format("{} on {} to {} {}, {} to {} each and phase", range.pattern, range.least_devices,
                     range.most_devices, fmt::join(range.device_names, ", "),
                     format_bytes(static_cast<double>(range.least_bytes)),
                     format_bytes(static_cast<double>(range.most_bytes)));
}

}  // namespace

bool is_validated(const ExperimentResult& experiment, std::size_t pattern) {
  const auto& range = experiment.scenario.transport_of(experiment.patterns[pattern]).validated;
  return range && lies_within(*range, experiment, pattern);
}

std::string validity(const ExperimentResult& experiment) {
  std::vector<std::string> outside;
  for (std::size_t p = 0; p < experiment.patterns.size(); ++p) {
    const Transport& transport = experiment.scenario.transport_of(experiment.patterns[p]);
    const bool has_costs = transport.name != "ideal";
    if (!has_costs) continue;
    if (is_validated(experiment, p)) continue;
    std::string text = transport.name + " (" +
                       (transport.validated ? range_text(*transport.validated) : "never validated") + ")";
    if (std::ranges::count(outside, text) == 0) outside.push_back(std::move(text));
  }
  if (outside.empty()) return "";
  return fmt::format("outside the validated range: {}", fmt::join(outside, "; "));
}

}  // namespace epsim
