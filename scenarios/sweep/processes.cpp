#include "scenarios/sweep/processes.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <utility>

#include "platforms/error.hpp"
#include "platforms/system/interruption.hpp"

namespace epsim {
namespace {

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  // One that is ignored, as nohup does with SIGHUP, would be queued once it is blocked.
  for (const int signal : interrupting_signals) {
    struct sigaction action = {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_IGN) sigaddset(&set, signal);
  }
  return set;
}

std::string signal_text(int signal) {
  return fmt::format("killed by signal {} ({})", signal, strsignal(signal));
}

/// How a process ended that did not say so itself.
std::string death_text(int status, const PointLimits& limits) {
  if (!WIFSIGNALED(status))
    return fmt::format("its process ended with status {} and no result", WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  if (signal == SIGKILL) return signal_text(signal) + ", most likely because the machine ran out of memory";
  return signal_text(signal) + (limits.memory > 0 ? ", perhaps because of the memory limit" : "");
}

Error no_process(const char* what) {
  return simulation_error("", fmt::format("cannot start a process: {}: {}", what, std::strerror(errno)),
                          "end other programs or lower --jobs");
}

/// So that what is waiting to be written is not written twice.
pid_t flushed_fork() {
  std::fflush(nullptr);
  std::cout.flush();
  return fork();
}

}  // namespace

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now()));
}

PointProcesses::PointProcesses(const Sweep& sweep, PointLimits limits) : sweep_(sweep), limits_(limits) {
  const sigset_t watched = watched_signals();
  sigprocmask(SIG_BLOCK, &watched, &old_mask_);
  signals_ = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals_ < 0) throw no_process("signalfd");
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

PointProcesses::~PointProcesses() {
  for (auto& [number, routing] : routing_processes_) {
    if (routing.process > 0) kill(routing.process, SIGKILL);
    if (routing.requests >= 0) close(routing.requests);
  }
  // Points that a routing process had just started become known, or known as children, only now.
  std::map<int, Exit> exits;
  for (bool is_alive = true; is_alive;) {
    read_messages();
    for (const auto& [number, point] : points_)
      if (point.process > 0 && !exits.contains(point.process)) kill(point.process, SIGKILL);
    reap(exits);
    siginfo_t info;
    is_alive = waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) == 0;
    if (is_alive) poll(nullptr, 0, 1);
  }
  close(signals_);
  prctl(PR_SET_CHILD_SUBREAPER, 0);
  sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
}

std::uint64_t PointProcesses::start_routing(std::uint64_t combination) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw no_process("pipe");
  const std::uint64_t number = next_routing_++;
  const pid_t runner = getpid();
  const pid_t process = flushed_fork();
  if (process == 0) {
    close(ends[1]);
    close_requests();
    be_routing_process(task_for(number, combination, ends[0]), runner);
  }
  close(ends[0]);
  if (process < 0) {
    close(ends[1]);
    throw no_process("fork");
  }
  RoutingProcess& routing = routing_processes_[number];
  routing.process = process;
  routing.requests = ends[1];
  routing.started = Clock::now();
  return number;
}

RoutingTask PointProcesses::task_for(std::uint64_t routing, std::uint64_t combination, int requests) const {
  return {&sweep_, &messages_, routing, combination, requests, limits_.memory};
}

/// In a child: or routing processes would never see the end of their requests.
void PointProcesses::close_requests() const {
  for (const auto& [number, routing] : routing_processes_)
    if (routing.requests >= 0) close(routing.requests);
}

void PointProcesses::start_alone(PointRequest request) {
  const pid_t runner = getpid();
  const pid_t process = flushed_fork();
  if (process == 0) {
    close_requests();
    be_lone_point(task_for(no_routing, request.combination, -1), request, runner);
  }
  if (process < 0) throw no_process("fork");
  points_[request.point] = {.process = process, .started_at = utc_now(), .started = Clock::now()};
}

void PointProcesses::start_point(std::uint64_t routing, PointRequest request) {
  if (!owes_points(routing)) routing_processes_.at(routing).last_sign = Clock::now();
  points_[request.point] = {.routing = routing};
  // A routing process that has just died is noticed by wait; SIGPIPE is ignored.
  while (write(routing_processes_.at(routing).requests, &request, sizeof request) < 0 && errno == EINTR)
    continue;
}

/// Whether it was asked for points that have not started.
bool PointProcesses::owes_points(std::uint64_t routing) const {
  return std::ranges::any_of(points_, [&](const auto& entry) {
    return entry.second.routing == routing && entry.second.process < 0;
  });
}

void PointProcesses::close_routing(std::uint64_t routing) {
  const auto found = routing_processes_.find(routing);
  if (found == routing_processes_.end() || found->second.requests < 0) return;
  close(found->second.requests);
  found->second.requests = -1;
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
  pollfd polled[] = {{messages_.receiving_end(), POLLIN, 0}, {signals_, POLLIN, 0}};
  const auto asked = time_to_next_limit(longest);
  const auto begin = Clock::now();
  poll(polled, 2, static_cast<int>(asked.count()));
  constexpr auto rounding = std::chrono::milliseconds(100);
  if (const auto late = Clock::now() - begin - asked; late > rounding) forgive(late);
  read_signals();
  // What a process said is there before its end is seen, so reap first.
  std::map<int, Exit> exits;
  reap(exits);
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

void PointProcesses::read_signals() {
  signalfd_siginfo info;
  while (read(signals_, &info, sizeof info) == sizeof info)
    if (info.ssi_signo != SIGCHLD) interruption_ = static_cast<int>(info.ssi_signo);
}

void PointProcesses::reap(std::map<int, Exit>& exits) const {
  for (;;) {
    int status = 0;
    rusage usage = {};
    const pid_t process = wait4(-1, &status, WNOHANG, &usage);
    if (process <= 0) return;
    exits[process] = {status, static_cast<double>(usage.ru_maxrss) * 1024};
  }
}

void PointProcesses::read_messages() {
  while (const auto message = messages_.receive()) {
    const bool is_of_routing =
        message->kind == MessageKind::routing_ready || message->kind == MessageKind::routing_failed;
    if (is_of_routing) {
      RoutingProcess& routing = routing_processes_.at(message->number);
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
void PointProcesses::end_routing_processes(const std::map<int, Exit>& exits) {
  for (auto& [number, routing] : routing_processes_) {
    const auto exit = exits.find(routing.process);
    if (routing.process < 0 || exit == exits.end()) continue;
    routing.process = -1;
    const bool ended_well = WIFEXITED(exit->second.status) && WEXITSTATUS(exit->second.status) == 0;
    if (routing.failure.empty() && !ended_well)
      routing.failure = "routing: " + death_text(exit->second.status, limits_);
  }
}

/// Those that are closed, have ended and have no points under way.
void PointProcesses::forget_routing_processes() {
  std::erase_if(routing_processes_, [&](const auto& entry) {
    const std::uint64_t number = entry.first;
    const RoutingProcess& routing = entry.second;
    return routing.requests < 0 && routing.process < 0 &&
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
    kill(routing.process, SIGKILL);
  }
  for (auto& [number, point] : points_) {
    if (point.process < 0 || now - point.started < limit) continue;
    point.killed_because = "took " + reason;
    kill(point.process, SIGKILL);
  }
}

void PointProcesses::end_points(const std::map<int, Exit>& exits, std::vector<EndedPoint>& ended) {
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

PointResult PointProcesses::judge(const Point& point, const Exit& exit) const {
  PointResult result;
  const bool ended_well = WIFEXITED(exit.status) && WEXITSTATUS(exit.status) == 0;
  if (ended_well)
    result = result_in(point.report);
  else if (!point.killed_because.empty())
    result.error = point.killed_because;
  else
    result.error = death_text(exit.status, limits_);
  const std::chrono::duration<double> elapsed = Clock::now() - point.started;
  result.wall_seconds = elapsed.count();
  result.memory_bytes = exit.memory_bytes;
  result.started_at = point.started_at;
  result.finished_at = utc_now();
  return result;
}

}  // namespace epsim
