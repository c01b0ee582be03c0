#include "analysis/exports/blame_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "analysis/blame/wait_map.hpp"
#include "analysis/exports/link_name.hpp"
#include "analysis/exports/options_text.hpp"
#include "analysis/exports/text_table.hpp"
#include "sim/patterns/pattern.hpp"

namespace epsim {
namespace {

std::string part_text(const ResourceBlame& part, Seconds whole) {
  std::string text = fmt::format("{:.0f} % {}", 100 * part.seconds / whole, words_for(part.resource));
  const double sharing = 100 * part.sharing / whole;
  if (sharing >= 1) text += fmt::format(" (sharing {:.0f} %)", sharing);
  return text;
}

/// "12.30 ms (-39 %)"; empty where it was not simulated.
std::string without_text(const ExperimentResult& experiment, std::size_t pattern, Resource resource,
                         Seconds whole) {
  if (experiment.what_ifs.empty()) return "";
  for (const WhatIf& one : experiment.what_ifs[pattern])
    if (one.resource == resource)
      return fmt::format("{} ({:+.0f} %{})", format_duration(one.layer_seconds),
                         100 * (one.layer_seconds / whole - 1),
                         resource == Resource::computation ? ", hot device too" : "");
  return "";
}

/// The causes of a path, the longest resource first, and of one resource the longest cause.
std::vector<Cause> causes_in_order(const Blame& blame) {
  std::vector<Cause> causes;
  const auto add = [&](Cause cause) {
    if (blame.of(cause) != 0) causes.push_back(cause);
  };
  for (const ResourceBlame& spent : by_resource(blame))
    for (std::size_t cause = 0; cause < cause_count; ++cause)
      if (resource_of(static_cast<Cause>(cause)) == spent.resource) add(static_cast<Cause>(cause));
  add(Cause::unexplained);
  return causes;
}

/// What the run would gain most without; empty where that was not asked for.
std::string largest_gain(const ExperimentResult& experiment, std::size_t pattern) {
  const Seconds whole = experiment.simulations[pattern].timeline.end();
  if (experiment.what_ifs.empty() || experiment.what_ifs[pattern].empty()) return "";
  std::vector<WhatIf> answers = experiment.what_ifs[pattern];
  std::ranges::stable_sort(answers, {}, &WhatIf::layer_seconds);
  std::vector<std::string> texts;
  for (const WhatIf& one : answers)
    if (texts.size() < 3 && one.layer_seconds < whole)
      texts.push_back(
          fmt::format("{} ({:+.0f} %)", words_for(one.resource), 100 * (one.layer_seconds / whole - 1)));
  if (texts.empty()) return "nothing alone would make it faster\n";
  return wrapped(fmt::format("most would be gained without: {}", fmt::join(texts, ", "))) + '\n';
}

std::string blame_table(const ExperimentResult& experiment, std::size_t pattern) {
  const Blame& blame = experiment.blames[pattern];
  const Seconds whole = experiment.simulations[pattern].timeline.end();
  const bool has_layer = !experiment.scenario.direct_traffic;
  std::vector<Column> columns = {
      {fmt::format("{}", name_of(experiment.patterns[pattern])), true}, {"time"}, {"share"}};
  if (has_layer) columns.insert(columns.end(), {{"gate"}, {"dispatch"}, {"expert"}, {"combine"}});
  if (!experiment.what_ifs.empty()) columns.push_back({has_layer ? "layer without it" : "time without it"});
  std::vector<Row> rows;
  std::optional<Resource> told;
  for (const Cause cause : causes_in_order(blame)) {
    Row row = {words_for(cause), format_duration(blame.of(cause)),
               fmt::format("{:.1f} %", 100 * blame.of(cause) / whole)};
    for (std::size_t phase = 0; has_layer && phase < phase_count; ++phase) {
      const Seconds seconds = blame.by_phase[phase][at(cause)];
      row.push_back(seconds != 0 ? format_duration(seconds) : "-");
    }
    const auto resource = resource_of(cause);
    if (!experiment.what_ifs.empty())
      row.push_back(!resource          ? ""
                    : resource != told ? without_text(experiment, pattern, *resource, whole)
                                       : "(as above)");
    told = resource;
    rows.push_back(std::move(row));
  }
  return layout(columns, rows);
}

/// Which devices waited longest for which others, and why.
std::string waits_table(const ExperimentResult& experiment, std::size_t pattern) {
  constexpr std::size_t most = 5;
  const Topology& topology = experiment.cluster.topology;
  const auto name = [&](DeviceId device) {
    return fmt::format("{} (node {})", topology.name_of_vertex(device), topology.node_of(device));
  };
  std::vector<Row> rows;
  for (const Wait& wait : longest_waits(wait_map(experiment.simulations[pattern]), most))
    rows.push_back({name(wait.destination), name(wait.source), std::string(name_of(wait.phase)),
                    format_duration(wait.waited), format_duration(wait.late), format_duration(wait.queued),
                    format_duration(wait.moving), format_duration(wait.alone)});
  if (rows.empty()) return "";
  return layout({{"longest waits of", true},
                 {"for", true},
                 {"phase", true},
                 {"waited"},
                 {"no data yet"},
                 {"queued"},
                 {"moving"},
                 {"alone"}},
                rows);
}

/// On which links the path shared, the longest first.
std::string shared_links_text(const Topology& topology, const Blame& blame) {
  constexpr std::size_t most = 5;
  if (blame.links.empty()) return "";
  std::vector<std::string> texts;
  for (const LinkBlame& link : blame.links)
    if (texts.size() < most)
      texts.push_back(
          fmt::format("{} {}", route_link_name(topology, link.link), format_duration(link.seconds)));
  if (blame.links.size() > most) texts.push_back(fmt::format("{} more", blame.links.size() - most));
  return wrapped(fmt::format("sharing on {}", fmt::join(texts, ", "))) + '\n';
}

}  // namespace

std::string_view words_for(Resource resource) {
  constexpr std::array words = {std::string_view("start-up"),       std::string_view("message overhead"),
                                std::string_view("least duration"), std::string_view("latency"),
                                std::string_view("window"),         std::string_view("scale-up"),
                                std::string_view("scale-out"),      std::string_view("SMs"),
                                std::string_view("computation"),    std::string_view("hot device")};
  return words.at(at(resource));
}

std::string largest_parts(const Blame& blame, std::size_t most) {
  const Seconds whole = std::accumulate(blame.seconds.begin(), blame.seconds.end(), Seconds{0});
  std::vector<std::string> texts;
  if (whole <= 0) return "";
  for (const ResourceBlame& part : by_resource(blame))
    if (texts.size() < most && part.seconds >= 0.01 * whole) texts.push_back(part_text(part, whole));
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string words_for(Cause cause) {
  const auto resource = resource_of(cause);
  if (!resource) return "unexplained waiting";
  const std::string words(words_for(*resource));
  if (is_sharing(cause)) return words + " sharing";
  const bool is_transfer =
      resource == Resource::scale_up || resource == Resource::scale_out || resource == Resource::device_cap;
  return is_transfer ? words + " transfer" : words;
}

std::string blame_tables(const ExperimentResult& experiment) {
  std::string text;
  for (std::size_t p = 0; p < experiment.patterns.size(); ++p)
    if (experiment.simulations[p].timeline.end() > 0)
      text += (p > 0 ? "\n" : "") + blame_table(experiment, p) +
              shared_links_text(experiment.cluster.topology, experiment.blames[p]) +
              largest_gain(experiment, p) + '\n' + waits_table(experiment, p);
  return text;
}

std::string critical_paths_table(const ExperimentResult& experiment) {
  constexpr std::size_t most_parts = 3;
  std::vector<Row> rows;
  for (std::size_t p = 0; p < experiment.patterns.size(); ++p)
    rows.push_back({std::string(name_of(experiment.patterns[p])),
                    experiment.scenario.transport_of(experiment.patterns[p]).name,
                    options_text(experiment, p), largest_parts(experiment.blames[p], most_parts)});
  return layout({{"pattern", true}, {"transport", true}, {"options", true}, {"critical path", true}}, rows);
}

}  // namespace epsim
