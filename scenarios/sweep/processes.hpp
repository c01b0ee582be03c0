// The processes of a running sweep: routing processes, and one for every point that is under way. Whatever
// happens in them ends as a PointResult here.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "platforms/system/channel.hpp"
#include "platforms/system/process.hpp"
#include "scenarios/sweep/messages.hpp"
#include "scenarios/sweep/point_result.hpp"
#include "scenarios/sweep/routing_process.hpp"
#include "scenarios/sweep/sweep.hpp"

namespace epsim {

struct EndedPoint {
  std::uint64_t point = 0;
  PointResult result;
};

/// Call from a single-threaded process, once at a time. Signals that ask to stop are held while it lives
/// and seen by `wait`; children that are orphaned become children of this process.
class PointProcesses {
 public:
  PointProcesses(const Sweep& sweep, PointLimits limits);
  PointProcesses(const PointProcesses&) = delete;
  PointProcesses& operator=(const PointProcesses&) = delete;
  /// Kills and reaps what is alive.
  ~PointProcesses();

  /// Starts a routing process for points with the traffic of this combination. Throws Error (simulation) when
  /// the system gives no process.
  std::uint64_t start_routing(std::uint64_t combination);
  /// Starts a point that shares its traffic with no other and routes for itself. Throws like start_routing.
  void start_alone(PointRequest request);
  /// Starts a point, as soon as the routing process has routed.
  void start_point(std::uint64_t routing, PointRequest request);
  /// Ends the routing process when it has started all that was asked of it.
  void close_routing(std::uint64_t routing);
  /// Of a routing process that is not closed.
  [[nodiscard]] bool is_ready(std::uint64_t routing) const { return routing_processes_.at(routing).is_ready; }
  /// Why its points cannot run; empty: they can. Of a routing process that is not closed.
  [[nodiscard]] const std::string& failure(std::uint64_t routing) const {
    return routing_processes_.at(routing).failure;
  }

  /// Points that were started and have not ended.
  [[nodiscard]] std::size_t under_way() const { return points_.size(); }
  /// Waits until points have ended, a routing process is ready, a signal came or the time is over.
  [[nodiscard]] std::vector<EndedPoint> wait(std::chrono::milliseconds longest);
  /// The signal that wants this process to end; 0: none.
  [[nodiscard]] int interruption() const { return children_.interruption(); }

 private:
  using Clock = std::chrono::steady_clock;
  struct RoutingProcess {
    int process = -1;  ///< -1: it has ended
    RequestPipe requests;
    bool is_ready = false;
    std::string failure;
    Clock::time_point started;
    Clock::time_point last_sign;  ///< ready, or a point started, or asked for one when it had nothing to do
  };
  static constexpr std::uint64_t no_routing = UINT64_MAX;
  struct Point {
    std::uint64_t routing = no_routing;
    int process = -1;  ///< -1: not started yet
    std::string report;
    std::string killed_because;
    std::string started_at;
    Clock::time_point started;
  };

  [[nodiscard]] RoutingAssignment task_for(std::uint64_t routing, std::uint64_t combination,
                                           const RequestPipe* requests) const;
  void close_requests();
  [[nodiscard]] std::chrono::milliseconds time_to_next_limit(std::chrono::milliseconds longest) const;
  [[nodiscard]] bool owes_points(std::uint64_t routing) const;
  void forgive(Clock::duration time);
  void read_messages();
  void end_routing_processes(const std::map<int, ProcessEnd>& exits);
  void forget_routing_processes();
  void enforce_time_limits();
  void end_points(const std::map<int, ProcessEnd>& exits, std::vector<EndedPoint>& ended);
  [[nodiscard]] PointResult judge(const Point& point, const ProcessEnd& exit) const;

  const Sweep& sweep_;
  PointLimits limits_;
  MessageSocket messages_;
  ChildWatch children_;
  std::uint64_t next_routing_ = 0;
  std::map<std::uint64_t, RoutingProcess> routing_processes_;
  std::map<std::uint64_t, Point> points_;
};

/// Now, in UTC, like 2026-01-31T12:00:00Z.
[[nodiscard]] std::string utc_now();

}  // namespace epsim
