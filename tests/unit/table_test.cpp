#include "analysis/exports/table.hpp"
#include "analysis/exports/options_text.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "analysis/exports/validity.hpp"
#include "analysis/exports/verdict.hpp"
#include "sim/patterns/all_to_all.hpp"
#include "tests/unit/analysis_fixture.hpp"

using namespace epsim;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Three patterns with layers of 16, 8 and 8.01 s.
ExperimentResult three_patterns() {
  ExperimentResult experiment = slow_experiment();
  std::vector<LayerSummary>& layers = experiment.summaries.front().layers;
  layers.resize(3, layers.front());
  experiment.blames.resize(3, experiment.blames.front());
  while (experiment.simulations.size() < 3)
    experiment.simulations.push_back(slow_simulation(experiment.cluster));
  experiment.steps.front().layer_seconds.resize(3, layers.front().layer_seconds);
  set_layer(experiment, 0, 1, 8);
  set_layer(experiment, 0, 2, 8.01);
  experiment.patterns = {PatternKind::all_to_all, PatternKind::hierarchical, PatternKind::ring};
  return experiment;
}

}  // namespace

TEST_CASE("table: one aligned line per pattern and one for the lower bound") {
  const std::vector<std::string> lines = lines_of(comparison_table(three_patterns()));
  const auto heading = std::find_if(lines.begin(), lines.end(),
                                    [](const std::string& line) { return line.starts_with("pattern"); });
  REQUIRE(lines.end() - heading >= 6);
  CHECK(heading[0] ==
        "pattern       dispatch   expert  combine    layer  vs best  % of ideal  scale-up  scale-out");
  CHECK(heading[2] ==
        "all_to_all     5.000 s  4.000 s  11.00 s  16.00 s    2.00x      50.0 %     300 B      120 B");
  CHECK(heading[3].starts_with("hierarchical   5.000 s  4.000 s  11.00 s  8.000 s    1.00x"));
  CHECK(heading[5] == "lower bound    2.000 s  2.000 s  6.000 s  9.000 s");
  for (const std::string& line : lines) CHECK_MESSAGE(line.size() <= 120, line);
}

TEST_CASE("table: what was run stands above it") {
  const std::string table = comparison_table(three_patterns());
  for (const char* part :
       {"slow, \"by hand\"", "4 experts, top-2", "0 to 2 tokens per device", "4 x H100 in 2 nodes",
        "imbalance (max / mean): devices 1.71, experts 1.71", "1 selections dropped", "gate 1.000 s"})
    CHECK_MESSAGE(table.find(part) != std::string::npos, part, table);
}

TEST_CASE("table: a network-only study has one time") {
  const std::string table = comparison_table(network_experiment());
  CHECK(table.find("expert") == std::string::npos);
  CHECK(table.find("combine") == std::string::npos);
  CHECK(table.find("lower bound  7.000 s") != std::string::npos);  // 50 bytes / 10 B/s + 2 s
  CHECK(table.find("2 devices in 1 node") != std::string::npos);
}

TEST_CASE("verdict: the fastest and its lead and its limit and the ideal") {
  const ExperimentResult experiment = three_patterns();
  CHECK(fastest_pattern(experiment) == 1);
  CHECK(verdict(experiment) ==
        "hierarchical is fastest: 8.000 s per layer, level with ring; its critical path is 73 % scale-out, "
        "12 % latency; no pattern can take less than 9.000 s. Not tried: all_to_all with algorithm pairwise, "
        "deduplicate device; hierarchical with deduplicate none or device; ring with bidirectional true, "
        "deduplicate device; another window, chunk_tokens, chunks.");
}

TEST_CASE("verdict: options without effect are not among what was not tried") {
  ExperimentResult experiment = network_experiment();
  CHECK(verdict(experiment)
            .ends_with(" Not tried: all_to_all with algorithm pairwise; ring with "
                       "bidirectional true; another window."));
  experiment.scenario.patterns.of<AllToAllOptions>().algorithm = AllToAllOptions::Algorithm::pairwise;
  CHECK(verdict(experiment)
            .ends_with(" Not tried: all_to_all with algorithm direct; ring with "
                       "bidirectional true."));
  CHECK(options_text(experiment, 0) == "algorithm pairwise");
}

TEST_CASE("verdict: a clear lead is a factor over the next pattern") {
  ExperimentResult experiment = three_patterns();
  set_layer(experiment, 0, 2, 12);
  CHECK(verdict(experiment).find("1.50x faster than ring") != std::string::npos);
}

TEST_CASE("table: every pattern with its transport and options and critical path") {
  const std::string table = comparison_table(three_patterns());
  const std::vector<std::string> lines = lines_of(table.substr(table.find("pattern       transport")));
  REQUIRE(lines.size() >= 5);
  CHECK(lines[0] == "pattern       transport  options                                       critical path");
  CHECK(lines[2] ==
        "all_to_all    ideal      algorithm direct, window 8, deduplicate none  "
        "73 % scale-out, 12 % latency, 6 % computation");
}

TEST_CASE("verdict: equal times go to the earlier pattern - one pattern has nobody to beat") {
  CHECK(fastest_pattern(network_experiment()) == 0);
  CHECK(verdict(slow_experiment()).starts_with("point_to_point takes 16.00 s per layer; "));
}

TEST_CASE("verdict: another pattern may be fastest over all steps than in the last") {
  ExperimentResult experiment = three_patterns();
  put_before(experiment, 1);
  CHECK(verdict(experiment).starts_with("in the last step hierarchical is fastest: 8.000 s per layer, "));
  CHECK(verdict(experiment).find("Over all") == std::string::npos);
  set_layer(experiment, 0, 1, 100);
  set_layer(experiment, 0, 2, 9);  // and 8.01 s in the last
  CHECK_MESSAGE(
      verdict(experiment).find(" Over all 2 steps ring is fastest: 17.01 s, hierarchical takes 108.0 s. ") !=
          std::string::npos,
      verdict(experiment));
}

TEST_CASE("table: a dozen steps at most and a dash where the network did not run") {
  ExperimentResult experiment = three_patterns();
  CHECK(comparison_table(experiment).find("experts max/mean") == std::string::npos);
  put_before(experiment, 23);
  for (std::size_t step = 0; step < 23; ++step) skip_network(experiment, step);
  const std::string table = comparison_table(experiment);
  CHECK(table.find("step  devices max/mean    CV  experts max/mean  aux. loss  dropped") !=
        std::string::npos);
  CHECK(table.find("\n   0              1.71  0.47              1.71          -        1") !=
        std::string::npos);
  CHECK(table.find("\n  23 ") != std::string::npos);
  CHECK(table.find("\n   1 ") == std::string::npos);  // 24 steps: 0 2 4 ... 20 23
  CHECK(table.find("the last of 24 steps") != std::string::npos);
}

namespace {

std::string unwrapped(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

}  // namespace

TEST_CASE("table: moved experts are told with their cost and when it is paid") {
  ExperimentResult experiment = three_patterns();
  experiment.steps.front().rebalancing =
      Rebalancing{2'000'000, 3, 4, {5, 2, 0}, {2, std::nullopt, std::nullopt}};
  const std::string table = comparison_table(experiment);
  CHECK_MESSAGE(table.find("before step 0: 4 experts moved, 2.00 MB in 3.000 s; paid for after 2 steps (") !=
                    std::string::npos,
                table);
  CHECK(unwrapped(table).find("not paid for (hierarchical)") != std::string::npos);
  CHECK(table.find("static") == std::string::npos);

  experiment.steps.front().rebalancing->is_cut_short = true;  // the run ended before the next was due
  experiment.steps.front().static_layer_seconds = {22, 8, 11};
  const std::string whole = comparison_table(experiment);
  CHECK(unwrapped(whole).find("too early to tell (hierarchical)") != std::string::npos);
  CHECK(whole.find("paid for after 2 steps (") != std::string::npos);
  // 16 + 3 s of moving against 22 s; 8 + 3 against 8; 8 + 3 against 11.
  CHECK_MESSAGE(whole.find("19.00 s              22.00 s     -13.6 %") != std::string::npos, whole);
  CHECK_MESSAGE(whole.find("+37.5 %") != std::string::npos, whole);
}

TEST_CASE("table: transports outside of the range in which they were validated are named") {
  ExperimentResult experiment = three_patterns();
  CHECK(validity(experiment).empty());  // ideal
  Transport& transport = experiment.scenario.transport;
  transport.name = "mine";
  CHECK(validity(experiment) == "outside the validated range: mine (never validated)");
  const int devices = experiment.cluster.group.size();
  // Three patterns ran: those that were not measured lie outside whatever their sizes.
  experiment.patterns = {PatternKind::all_to_all};
  transport.validated = ValidatedRange{"all_to_all", {"H100"}, devices, devices, 1, 1'000'000'000};
  CHECK(validity(experiment).empty());
  transport.validated->most_bytes = 2;
  CHECK(validity(experiment) ==
        "outside the validated range: mine (all_to_all on 4 to 4 H100, 1 B to 2 B each and phase)");
  transport.validated = ValidatedRange{"all_to_all", {"H100"}, devices + 1, devices + 9, 1, 1'000'000'000};
  CHECK(validity(experiment).find("on 5 to 13 H100") != std::string::npos);
  CHECK(comparison_table(experiment).find("on 5 to 13 H100") != std::string::npos);
  transport.validated = ValidatedRange{"all_to_all", {"A100", "B200"}, 1, 64, 1, 1'000'000'000};
  CHECK(validity(experiment).find("1 to 64 A100, B200") != std::string::npos);
  transport.validated = ValidatedRange{"ring", {"H100"}, 1, 64, 1, 1'000'000'000};
  CHECK(validity(experiment).find("mine (ring on") != std::string::npos);
}
