#include "analysis/exports/chrome_trace.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/exports/link_counters.hpp"
#include "analysis/exports/slices.hpp"
#include "tests/unit/analysis_fixture.hpp"

using namespace epsim;
using nlohmann::json;

namespace {

json trace_of(const ExperimentResult& experiment, const SpanSample& sample) {
  std::ostringstream out;
  write_chrome_trace(out, experiment, 0, sample);
  return json::parse(out.str());
}

std::vector<json> events(const json& trace, const std::string& kind) {
  std::vector<json> found;
  for (const json& event : trace["traceEvents"])
    if (event["ph"] == kind) found.push_back(event);
  return found;
}

/// The names that metadata events of this kind give, by pid (and tid).
std::map<std::pair<int, int>, std::string> names(const json& trace, const std::string& kind) {
  std::map<std::pair<int, int>, std::string> found;
  for (const json& event : events(trace, "M"))
    if (event["name"] == kind) found[{event["pid"], event.value("tid", -1)}] = event["args"]["name"];
  return found;
}

bool lies_in(const json& slice, const json& arrow) {
  const double begin = slice["ts"];
  const double at = arrow["ts"];
  return slice["pid"] == arrow["pid"] && slice["tid"] == arrow["tid"] && begin <= at &&
         at <= begin + slice["dur"].get<double>();
}

/// One experiment whose d0 sends `transfers` that overlap: [i, i + 2.5) s.
ExperimentResult overlapping(int transfers) {
  ExperimentResult experiment = slow_experiment();
  Schedule schedule;
  const PartId part = schedule.add_part({.phase = Phase::dispatch});
  for (int i = 0; i < transfers; ++i)
    schedule.add_transfer(part, schedule.stream(0, StreamKind::scale_up), 1, 10, {}, {});
  Timeline timeline(schedule.size());
  for (OpId i = 0; i < schedule.size(); ++i) {
    timeline.started()[i] = i;
    timeline.finished()[i] = i + 2.5;
  }
  Simulation& simulation = experiment.simulations.front();
  simulation.lowered.schedule = std::move(schedule);
  simulation.timeline = std::move(timeline);
  experiment.summaries.front().layers.front() = summarize(experiment.cluster, {}, simulation);
  experiment.blames.front() = blame(experiment.cluster, simulation);
  return experiment;
}

}  // namespace

TEST_CASE("trace: devices are processes and streams are threads") {
  const json trace = trace_of(slow_experiment(), {});
  const auto processes = names(trace, "process_name");
  CHECK(processes.at({0, -1}) == "rank 0 (node 0)");
  CHECK(processes.at({3, -1}) == "rank 3 (node 1)");
  CHECK(processes.at({4, -1}) == "network");
  std::vector<std::string> of_device_0;
  for (const auto& [place, name] : names(trace, "thread_name"))
    if (place.first == 0) of_device_0.push_back(name);
  // The two results arrive at 5.5..8 s and 8..16 s: one after the other.
  CHECK(of_device_0 == std::vector<std::string>{"compute", "scale_up", "scale_out", "receive"});
  CHECK(trace["otherData"]["scenario"] == "slow, \"by hand\"");
  CHECK(trace["otherData"]["shown"] == "all devices");
}

TEST_CASE("trace: slices in microseconds with their arguments") {
  const json trace = trace_of(slow_experiment(), {});
  const std::vector<json> slices = events(trace, "X");
  // Every span, the receiving end of four transfers, and a critical path of five.
  CHECK(slices.size() == 8 + 4 + 5);
  const auto near = std::find_if(slices.begin(), slices.end(), [](const json& slice) {
    return slice["name"] == "dispatch" && slice["args"]["bytes"] == 100;
  });
  REQUIRE(near != slices.end());
  CHECK((*near)["ts"] == 1.5e6);
  CHECK((*near)["dur"] == 1.5e6);
  CHECK((*near)["args"]["rank"] == 0);
  CHECK((*near)["args"]["rail"] == 0);
  CHECK((*near)["args"]["peer_rank"] == 1);
  CHECK((*near)["args"]["peer_node"] == 0);
  CHECK((*near)["args"]["peer_rail"] == 1);
  CHECK((*near)["args"]["expert"] == 1);
  CHECK((*near)["args"]["phase"] == "dispatch");
  CHECK((*near).contains("/args/achieved_GBps"_json_pointer));
  CHECK(std::count_if(slices.begin(), slices.end(),
                      [](const json& slice) { return slice["name"] == "dispatch overhead"; }) == 2);
}

TEST_CASE("trace: every arrow leads from a send to its receive") {
  const json trace = trace_of(slow_experiment(), {});
  const std::vector<json> slices = events(trace, "X");
  const std::vector<json> starts = events(trace, "s");
  const std::vector<json> ends = events(trace, "f");
  REQUIRE(starts.size() == 4);
  REQUIRE(ends.size() == 4);
  for (const json& start : starts) {
    const auto end =
        std::find_if(ends.begin(), ends.end(), [&](const json& event) { return event["id"] == start["id"]; });
    REQUIRE(end != ends.end());
    CHECK((*end)["name"] == start["name"]);
    CHECK((*end)["cat"] == start["cat"]);
    CHECK((*end)["ts"].get<double>() >= start["ts"].get<double>());
    CHECK(std::any_of(slices.begin(), slices.end(), [&](const json& s) { return lies_in(s, start); }));
    CHECK(std::any_of(slices.begin(), slices.end(), [&](const json& s) {
      return s["name"].get<std::string>().starts_with("receive") && lies_in(s, *end);
    }));
  }
  // d0 -> d2 was issued at 1.25 s; two links of 0.5 s later the first byte can be there.
  CHECK(std::any_of(ends.begin(), ends.end(),
                    [](const json& end) { return end["pid"] == 2 && end["ts"] == 2.25e6; }));
}

TEST_CASE("trace: overlapping transfers are spread over lanes so that no two on a thread overlap") {
  const json trace = trace_of(overlapping(6), {});
  std::map<std::pair<int, int>, std::vector<std::pair<double, double>>> threads;
  for (const json& slice : events(trace, "X"))
    threads[{slice["pid"], slice["tid"]}].emplace_back(
        slice["ts"], slice["ts"].get<double>() + slice["dur"].get<double>());
  for (auto& [place, intervals] : threads) {
    std::sort(intervals.begin(), intervals.end());
    for (std::size_t i = 1; i < intervals.size(); ++i) CHECK(intervals[i].first >= intervals[i - 1].second);
  }
  // A new transfer each second and 2.5 s long: three lanes to send, and two to receive the last 2 s of each.
  const auto lanes = names(trace, "thread_name");
  CHECK(lanes.at({0, 0}) == "scale_up 0");
  CHECK(lanes.at({0, 2}) == "scale_up 2");
  CHECK(!lanes.contains({0, 3}));
  CHECK(lanes.at({1, 1}) == "receive 1");
  CHECK(!lanes.contains({1, 2}));
}

TEST_CASE("trace: slices that touch share a lane") {
  ExperimentResult experiment = overlapping(2);
  Simulation& simulation = experiment.simulations.front();
  // 0.1 + 0.2 s and 0.3 s differ in the last bit only.
  simulation.timeline.started()[0] = 0;
  simulation.timeline.finished()[0] = 0.1 + 0.2;
  simulation.timeline.started()[1] = 0.3;
  simulation.timeline.finished()[1] = 0.5;
  const auto devices = slices_of(simulation, std::vector<bool>(4, true));
  REQUIRE(devices.size() == 2);
  CHECK(devices[0].threads.size() == 1);
}

TEST_CASE("trace: the critical path is a track of its own without gaps") {
  const json trace = trace_of(slow_experiment(), {});
  // Gate 0..1, overhead ..1.25, d0 -> d2 ..6, expert on d2 ..7, d2 -> d0 ..16 s.
  std::vector<json> path;
  for (const json& slice : events(trace, "X"))
    if (slice["cat"] == "critical path") path.push_back(slice);
  REQUIRE(path.size() == 5);
  double reached = 0;
  for (const json& step : path) {
    CHECK(step["ts"] == reached);
    reached = step["ts"].get<double>() + step["dur"].get<double>();
  }
  CHECK(reached == 16e6);
  CHECK(names(trace, "process_name").at({5, -1}) == "critical path");
  CHECK(path[1]["name"] == "dispatch overhead");
  CHECK(path[1]["args"]["message_overhead_us"] == 0.25e6);
  CHECK(path[2]["args"]["released_by"] == "turn");
  CHECK(path[2]["args"]["peer_rank"] == 2);
  CHECK(path[4]["args"]["latency_us"] == 1e6);
}

TEST_CASE("trace: messages in flight are counted from issue to delivery") {
  const LinkCounters counters =
      link_counters(slow_experiment().cluster.topology, slow_experiment().simulations.front(),
                    slow_experiment().summaries.back().layers.front(), 16, 0);  // a second each
  const LinkCounter& in_flight = counters.counters.back();
  CHECK(in_flight.name == "messages in flight");
  CHECK(in_flight.unit == "messages");
  CHECK(in_flight.values[0] == 0);                      // nothing before 1 s
  CHECK(in_flight.values[1] == doctest::Approx(1.25));  // d0 -> d2 from 1.25, d0 -> d1 from 1.5
  CHECK(in_flight.values[2] == doctest::Approx(2));
  CHECK(in_flight.values[7] == doctest::Approx(2));  // d1 -> d0 until 8, d2 -> d0 from 7
  CHECK(in_flight.values[15] == doctest::Approx(1));
}

TEST_CASE("trace: counters hold the bytes that crossed") {
  const ExperimentResult experiment = slow_experiment();
  const LayerSummary& layer = experiment.summaries.back().layers.front();
  const Topology& topology = experiment.cluster.topology;
  const LinkCounters counters = link_counters(topology, experiment.simulations.front(), layer, 50, 3);
  REQUIRE(counters.counters.size() == 2 + 3 + 1);  // the two classes, three links, messages
  CHECK(counters.counters[0].name == "scale_up links");
  CHECK(counters.counters[2].name == "leaf0.0->d0");
  CHECK(counters.bin_seconds == doctest::Approx(16 / 50.0));
  const auto bytes = [&](const LinkCounter& counter, BytesPerSecond bandwidth) {
    double sum = 0;
    for (const double utilization : counter.values) sum += utilization * bandwidth * counters.bin_seconds;
    return sum;
  };
  // d2 -> d0 with 80 bytes; both scale-up transfers cross two links of 100 B/s, of which four are used.
  CHECK(bytes(counters.counters[2], 10) == doctest::Approx(80));
  CHECK(bytes(counters.counters[0], 400) == doctest::Approx(2 * (100 + 200)));
  // d2 -> d0: issued at 7 s, bytes from 8 to 16 s at 10 B/s, so nothing at first and all of it in the end.
  CHECK(counters.counters[2].values.front() == 0);
  CHECK(counters.counters[2].values.back() == doctest::Approx(1));
}

TEST_CASE("trace: with too many spans a sample of the ranks is shown and the trace says so") {
  const ExperimentResult experiment = slow_experiment();
  const Schedule& schedule = experiment.simulations.front().lowered.schedule;
  CHECK(sample_for_chrome_trace(schedule, 8).is_complete());
  const SpanSample sample = sample_for_chrome_trace(schedule, 4);
  CHECK(sample.spans == 8);
  CHECK(sample.stride == 2);
  const json trace = trace_of(experiment, sample);
  int path = 0;
  for (const json& slice : events(trace, "X")) {
    if (slice["cat"] == "critical path")
      ++path;
    else
      CHECK(slice["pid"].get<int>() % 2 == 0);
  }
  CHECK(path == 5);                       // whole, whichever devices it leads over
  CHECK(events(trace, "s").size() == 2);  // those between d0 and d2, both of which are shown
  CHECK(events(trace, "f").size() == 2);
  CHECK(trace["otherData"]["shown"].get<std::string>().starts_with(
      "the critical path with its devices and ranks 0, 2, 4"));
}
