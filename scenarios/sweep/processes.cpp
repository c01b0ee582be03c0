#include "scenarios/sweep/processes.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <thread>
#include <utility>

#include "platforms/error.hpp"
#include "platforms/system/signals.hpp"

namespace epsim {
namespace {

std::string signal_text(int signal) {
  return fmt::format("killed by signal {} ({})", signal, signal_name(signal));
}

/// How a process ended that did not say so itself.
std::string death_text(const ProcessEnd& end, const PointLimits& limits) {
  const int signal = end.signal();
  if (signal == 0) return fmt::format("its process ended with status {} and no result", end.exit_status());
  if (signal == SIGKILL) return signal_text(signal) + ", most likely because the machine ran out of memory";
  return signal_text(signal) + (limits.memory > 0 ? ", perhaps because of the memory limit" : "");
}

}  // namespace

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now()));
}

PointProcesses::PointProcesses(const Sweep& sweep, PointLimits limits) : sweep_(sweep), limits_(limits) {}

PointProcesses::~PointProcesses() {
  for (auto& [number, routing] : routing_processes_) {
    if (routing.process > 0) kill_process(routing.process);
    routing.requests.close_writing();
  }
  // Points that a routing process had just started become known, or known as children, only now.
  std::map<int, ProcessEnd> ended;
  for (bool is_alive = true; is_alive;) {
    read_messages();
    for (const auto& [number, point] : points_)
      if (point.process > 0 && !ended.contains(point.process)) kill_process(point.process);
    ended.merge(children_.take_ended());
    is_alive = children_.has_children();
    if (is_alive) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

std::uint64_t PointProcesses::start_routing(std::uint64_t combination) {
  RequestPipe requests = RequestPipe::open();
  const std::uint64_t number = next_routing_++;
  const int runner = this_process();
  const int process = fork_process();
  if (process == 0) {
    requests.close_writing();
    close_requests();
    be_routing_process(task_for(number, combination, &requests), runner);
  }
  requests.close_reading();
  RoutingProcess& routing = routing_processes_[number];
  routing.process = process;
  routing.requests = std::move(requests);
  routing.started = Clock::now();
  return number;
}

RoutingAssignment PointProcesses::task_for(std::uint64_t routing, std::uint64_t combination,
                                           const RequestPipe* requests) const {
  return {&sweep_, &messages_, routing, combination, requests, limits_.memory};
}

/// In a child: or routing processes would never see the end of their requests.
void PointProcesses::close_requests() {
  for (auto& [number, routing] : routing_processes_) routing.requests.close_writing();
}

void PointProcesses::start_alone(PointRequest request) {
  const int runner = this_process();
  const int process = fork_process();
  if (process == 0) {
    close_requests();
    be_lone_point(task_for(no_routing, request.combination, nullptr), request, runner);
  }
  points_[request.point] = {.process = process, .started_at = utc_now(), .started = Clock::now()};
}

void PointProcesses::start_point(std::uint64_t routing, PointRequest request) {
  if (!owes_points(routing)) routing_processes_.at(routing).last_sign = Clock::now();
  points_[request.point] = {.routing = routing};
  // A routing process that has just died is noticed by wait; SIGPIPE is ignored.
  routing_processes_.at(routing).requests.write(std::as_bytes(std::span(&request, 1)));
}

/// Whether it was asked for points that have not started.
bool PointProcesses::owes_points(std::uint64_t routing) const {
  return std::ranges::any_of(points_, [&](const auto& entry) {
    return entry.second.routing == routing && entry.second.process < 0;
  });
}

void PointProcesses::close_routing(std::uint64_t routing) {
  const auto found = routing_processes_.find(routing);
  if (found != routing_processes_.end()) found->second.requests.close_writing();
}

std::chrono::milliseconds PointProcesses::time_to_next_limit(std::chrono::milliseconds longest) const {
  if (limits_.seconds <= 0) return longest;
  const std::chrono::duration<double> limit(limits_.seconds);
  const auto now = Clock::now();
  const auto shorten = [&](Clock::time_point started) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(started + limit - now);
    longest = std::clamp(left, std::chrono::milliseconds(1), longest);
  };
  for (const auto& [number, routing] : routing_processes_)
    if (routing.process > 0 && (!routing.is_ready || owes_points(number)))
      shorten(routing.is_ready ? routing.last_sign : routing.started);
  for (const auto& [number, point] : points_)
    if (point.process > 0) shorten(point.started);
  return longest;
}

std::vector<EndedPoint> PointProcesses::wait(std::chrono::milliseconds longest) {
  const auto asked = time_to_next_limit(longest);
  const auto begin = Clock::now();
  children_.wait(messages_.receiving_end(), asked);
  constexpr auto rounding = std::chrono::milliseconds(100);
  if (const auto late = Clock::now() - begin - asked; late > rounding) forgive(late);
  // What a process said is there before its end is seen, so take the ends first.
  const std::map<int, ProcessEnd> exits = children_.take_ended();
  read_messages();
  end_routing_processes(exits);
  std::vector<EndedPoint> ended;
  end_points(exits, ended);
  forget_routing_processes();
  enforce_time_limits();
  return ended;
}

/// While this process stood still, as after Ctrl-Z, the others did, too.
void PointProcesses::forgive(Clock::duration time) {
  for (auto& [number, routing] : routing_processes_) {
    routing.started += time;
    routing.last_sign += time;
  }
  for (auto& [number, point] : points_) point.started += time;
}

void PointProcesses::read_messages() {
  while (const auto message = receive(messages_)) {
    const bool is_of_routing =
        message->kind == MessageKind::routing_ready || message->kind == MessageKind::routing_failed;
    if (is_of_routing) {
      const auto known = routing_processes_.find(message->number);
      if (known == routing_processes_.end()) continue;
      RoutingProcess& routing = known->second;
      routing.is_ready = message->kind == MessageKind::routing_ready;
      routing.failure += message->text;
      routing.last_sign = Clock::now();
      continue;
    }
    const auto found = points_.find(message->number);
    if (found == points_.end()) continue;
    Point& point = found->second;
    if (message->kind == MessageKind::point_piece) {
      point.report += message->text;
    } else {
      point.process = std::stoi(message->text);
      routing_processes_.at(point.routing).last_sign = Clock::now();
      point.started = Clock::now();
      point.started_at = utc_now();
    }
  }
}

/// Points that a routing process can no longer start have failed with it.
void PointProcesses::end_routing_processes(const std::map<int, ProcessEnd>& exits) {
  for (auto& [number, routing] : routing_processes_) {
    const auto exit = exits.find(routing.process);
    if (routing.process < 0 || exit == exits.end()) continue;
    routing.process = -1;
    if (routing.failure.empty() && !exit->second.was_successful())
      routing.failure = "routing: " + death_text(exit->second, limits_);
  }
}

/// Those that are closed, have ended and have no points under way.
void PointProcesses::forget_routing_processes() {
  std::erase_if(routing_processes_, [&](const auto& entry) {
    const std::uint64_t number = entry.first;
    const RoutingProcess& routing = entry.second;
    return !routing.requests.is_open_for_writing() && routing.process < 0 &&
           std::ranges::none_of(points_, [&](const auto& point) { return point.second.routing == number; });
  });
}

void PointProcesses::enforce_time_limits() {
  if (limits_.seconds <= 0) return;
  const std::chrono::duration<double> limit(limits_.seconds);
  const auto now = Clock::now();
  const std::string reason = fmt::format("longer than the time limit of {} s", limits_.seconds);
  for (auto& [number, routing] : routing_processes_) {
    if (routing.process < 0 || !routing.failure.empty()) continue;
    const bool is_silent = routing.is_ready && owes_points(number) && now - routing.last_sign >= limit;
    const bool is_slow = !routing.is_ready && now - routing.started >= limit;
    if (!is_silent && !is_slow) continue;
    routing.failure = (is_slow ? "routing took " : "its router started nothing for ") + reason;
    kill_process(routing.process);
  }
  for (auto& [number, point] : points_) {
    if (point.process < 0 || now - point.started < limit) continue;
    point.killed_because = "took " + reason;
    kill_process(point.process);
  }
}

void PointProcesses::end_points(const std::map<int, ProcessEnd>& exits, std::vector<EndedPoint>& ended) {
  for (auto at = points_.begin(); at != points_.end();) {
    const Point& point = at->second;
    const auto exit = exits.find(point.process);
    if (point.process > 0 && exit != exits.end()) {
      ended.push_back({at->first, judge(point, exit->second)});
    } else if (point.process < 0 && routing_processes_.at(point.routing).process < 0) {
      const std::string& failure = routing_processes_.at(point.routing).failure;
      ended.push_back({at->first, {}});
      ended.back().result.error = failure.empty() ? "its router ended early" : failure;
    } else {
      ++at;
      continue;
    }
    at = points_.erase(at);
  }
}

PointResult PointProcesses::judge(const Point& point, const ProcessEnd& exit) const {
  PointResult result;
  if (exit.was_successful())
    result = result_in(point.report);
  else if (!point.killed_because.empty())
    result.error = point.killed_because;
  else
    result.error = death_text(exit, limits_);
  const std::chrono::duration<double> elapsed = Clock::now() - point.started;
  result.wall_seconds = elapsed.count();
  result.memory_bytes = exit.memory_bytes;
  result.started_at = point.started_at;
  result.finished_at = utc_now();
  return result;
}

}  // namespace epsim
