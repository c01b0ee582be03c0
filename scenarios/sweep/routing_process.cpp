#include "scenarios/sweep/routing_process.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <functional>
#include <new>
#include <variant>

#include "analysis/estimate/memory_estimate.hpp"
#include "platforms/system/interruption.hpp"

namespace epsim {
namespace {

using nlohmann::json;

/// The routed steps that a routing process keeps for its points take at most this much.
constexpr double most_shared_bytes = 512e6;

/// Dies with `runner`. Ctrl-C reaches all processes of a terminal: the runner decides.
void become_child_of(int runner) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != runner) _exit(1);  // it died before the line above
  for (const int signal : interrupting_signals) std::signal(signal, SIG_IGN);
  for (const int signal : {SIGCHLD, SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

void limit_memory(Bytes bytes) {
  if (bytes <= 0) return;
  const rlimit limit = {static_cast<rlim_t>(bytes), static_cast<rlim_t>(bytes)};
  setrlimit(RLIMIT_AS, &limit);
}

void begin_as_child(const RoutingTask& task, int runner) {
  become_child_of(runner);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  limit_memory(task.memory_limit);
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
[[noreturn]] void run_point(const RoutingTask& task, const PointRequest& request,
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
  const bool was_sent = task.messages->send(MessageKind::point_piece, request.point, report_of(result));
  _exit(was_sent ? 0 : 1);
}

/// `between` is the process that started this one and is about to end.
[[noreturn]] void be_point(const RoutingTask& task, const PointRequest& request, int runner, pid_t between,
                           const std::vector<RoutedStep>& routed) {
  while (getppid() == between) {
    const timespec moment = {0, 20'000};
    nanosleep(&moment, nullptr);
  }
  become_child_of(runner);
  run_point(task, request, routed);
}

/// The point's process has to become a child of the runner, so the one between the two ends at once.
void start_point(const RoutingTask& task, const PointRequest& request, int runner,
                 const std::vector<RoutedStep>& routed) {
  const pid_t between = fork();
  if (between == 0) {
    const pid_t self = getpid();
    const pid_t point = fork();
    if (point == 0) be_point(task, request, runner, self, routed);
    _exit(point > 0 && task.messages->send(MessageKind::point_started, request.point, std::to_string(point))
              ? 0
              : 1);
  }
  int status = 0;
  while (between > 0 && waitpid(between, &status, 0) < 0 && errno == EINTR) continue;
  if (between < 0 || status != 0) {
    task.messages->send(MessageKind::routing_failed, task.routing,
                        "cannot start a process; end other programs or lower --jobs");
    _exit(1);
  }
}

}  // namespace

void be_lone_point(const RoutingTask& task, const PointRequest& request, int runner) noexcept {
  begin_as_child(task, runner);
  run_point(task, request, {});
}

void be_routing_process(const RoutingTask& task, int runner) noexcept {
  begin_as_child(task, runner);
  std::vector<RoutedStep> routed;
  const std::string failure =
      failure_of([&] { routed = route_steps(scenario_of(*task.sweep, task.combination)); });
  if (!failure.empty()) {
    task.messages->send(MessageKind::routing_failed, task.routing, failure);
    _exit(0);
  }
  if (!task.messages->send(MessageKind::routing_ready, task.routing)) _exit(1);
  PointRequest request;
  for (;;) {
    const ssize_t size = read(task.requests, &request, sizeof request);
    if (size < 0 && errno == EINTR) continue;
    if (size != sizeof request) _exit(0);
    start_point(task, request, runner, routed);
  }
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
