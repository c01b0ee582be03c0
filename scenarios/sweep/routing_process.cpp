#include "scenarios/sweep/routing_process.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <exception>
#include <functional>
#include <new>
#include <span>
#include <variant>

#include "analysis/estimate/memory_estimate.hpp"
#include "platforms/system/machine.hpp"
#include "platforms/system/process.hpp"

namespace epsim {
namespace {

using nlohmann::json;

/// The routed steps that a routing process keeps for its points take at most this much.
constexpr double most_shared_bytes = 512e6;

void begin_as_child(const RoutingAssignment& task, int runner) {
  live_as_child_of(runner);
  limit_address_space(task.memory_limit);
}

/// Why it failed in one line; empty when it did not.
std::string failure_of(const std::function<void()>& work) {
  try {
    work();
    return "";
  } catch (const std::bad_alloc&) {
    return "out of memory";
  } catch (const Error& error) {
    std::string text = error.what();
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
  } catch (const std::exception& error) {
    return internal_error("", error.what()).what();
  } catch (...) {
    return internal_error("", "unknown exception").what();
  }
}

std::vector<RoutedStep> route_steps(const Scenario& scenario) {
  const double each = estimate_memory(scenario, {}, 1).routing;
  const Cluster cluster = build_cluster(scenario);
  std::vector<RoutedStep> steps;
  RouterState state;
  for (int step = 0; step < scenario.workload.steps; ++step) {
    if (step > 0 && static_cast<double>(step + 1) * each > most_shared_bytes) break;
    steps.push_back(route_step(scenario, cluster, state));
    if (steps.back().routed) state = steps.back().routed->next;
  }
  return steps;
}

Cell cell_of(const json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return value.get<std::int64_t>();
  return value.get<double>();
}

std::string report_of(const PointResult& result) {
  json patterns = json::array();
  for (const PatternResult& pattern : result.patterns) {
    json cells = json::array();
    for (const Cell& cell : pattern.cells) cells.push_back(json_of(cell));
    patterns.push_back({pattern.pattern, std::move(cells)});
  }
  std::string report;
  json::to_cbor(json{result.error, result.scenario, std::move(patterns)}, report);
  return report;
}

/// Runs the point, with its first steps routed, and tells its result.
[[noreturn]] void run_point(const RoutingAssignment& task, const PointRequest& request,
                            const std::vector<RoutedStep>& routed) {
  PointResult result;
  result.error = failure_of([&] {
    const Scenario scenario = scenario_of(*task.sweep, request.combination);
    const std::vector<PatternKind> patterns = patterns_of(*task.sweep, scenario);
    if (identity_of(scenario, patterns) != request.identity)
      throw input_error("", "a file that the scenario names has changed since the sweep began",
                        "run the sweep again");
    check_memory(estimate_memory(scenario, patterns, 1), physical_memory());
    result = result_of(run_and_summarize(scenario, patterns, {}, {}, routed));
  });
  end_process(send(*task.messages, MessageKind::point_piece, request.point, report_of(result)));
}

/// `between` is the process that started this one and is about to end.
[[noreturn]] void be_point(const RoutingAssignment& task, const PointRequest& request, int runner,
                           int between, const std::vector<RoutedStep>& routed) {
  wait_for_end_of_parent(between);
  live_as_child_of(runner);
  run_point(task, request, routed);
}

/// The point's process has to become a child of the runner, so the one between the two ends at once.
[[noreturn]] void start_and_end(const RoutingAssignment& task, const PointRequest& request, int runner,
                                const std::vector<RoutedStep>& routed) noexcept {
  const int self = this_process();
  int point = -1;
  if (!failure_of([&] { point = fork_process(); }).empty()) end_process(false);
  if (point == 0) be_point(task, request, runner, self, routed);
  end_process(send(*task.messages, MessageKind::point_started, request.point, std::to_string(point)));
}

void start_point(const RoutingAssignment& task, const PointRequest& request, int runner,
                 const std::vector<RoutedStep>& routed) {
  const std::string failure = failure_of([&] {
    const int between = fork_process();
    if (between == 0) start_and_end(task, request, runner, routed);
    if (!wait_for(between).was_successful())
      throw simulation_error("", "cannot start a process", "end other programs or lower --jobs");
  });
  if (failure.empty()) return;
  static_cast<void>(send(*task.messages, MessageKind::routing_failed, task.routing, failure));
  end_process(false);
}

}  // namespace

void be_lone_point(const RoutingAssignment& task, const PointRequest& request, int runner) noexcept {
  begin_as_child(task, runner);
  run_point(task, request, {});
}

void be_routing_process(const RoutingAssignment& task, int runner) noexcept {
  begin_as_child(task, runner);
  std::vector<RoutedStep> routed;
  const std::string failure =
      failure_of([&] { routed = route_steps(scenario_of(*task.sweep, task.combination)); });
  if (!failure.empty()) {
    static_cast<void>(send(*task.messages, MessageKind::routing_failed, task.routing, failure));
    end_process(true);
  }
  if (!send(*task.messages, MessageKind::routing_ready, task.routing)) end_process(false);
  PointRequest request;
  while (task.requests->read(std::as_writable_bytes(std::span(&request, 1))))
    start_point(task, request, runner, routed);
  end_process(true);
}

PointResult result_in(const std::string& report) {
  PointResult result;
  const json value = json::from_cbor(report, true, false);
  if (!value.is_array() || value.size() != 3) {
    result.error = "the report of its process is incomplete";
    return result;
  }
  value[0].get_to(result.error);
  value[1].get_to(result.scenario);
  for (const json& pattern : value[2]) {
    PatternResult& row = result.patterns.emplace_back();
    pattern[0].get_to(row.pattern);
    for (const json& cell : pattern[1]) row.cells.push_back(cell_of(cell));
  }
  return result;
}

}  // namespace epsim
