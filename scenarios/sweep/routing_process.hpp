// The process that routes for a batch of points. It routes once, then starts a process for every point that
// is asked of it; those share the routed traffic as memory (copy on write) and become children of the process
// that runs the sweep, which alone waits for them, limits them and stores their results.
#pragma once

#include <cstdint>
#include <string>

#include "platforms/units.hpp"
#include "scenarios/sweep/identity.hpp"
#include "scenarios/sweep/messages.hpp"
#include "scenarios/sweep/point_result.hpp"
#include "scenarios/sweep/sweep.hpp"

namespace epsim {

/// Of one process. 0: no limit.
struct PointLimits {
  double seconds = 0;  ///< for routing, and for each point
  Bytes memory = 0;    ///< address space of each process
};

/// What a point's process is asked for. Sent through the pipe as it is.
struct PointRequest {
  std::uint64_t point = 0;
  std::uint64_t combination = 0;
  Identity identity = {};  ///< as planned: files may have changed since
};

struct RoutingAssignment {
  const Sweep* sweep = nullptr;
  const MessageSocket* messages = nullptr;
  std::uint64_t routing = 0;              ///< its number in messages
  std::uint64_t combination = 0;          ///< any of its points
  const RequestPipe* requests = nullptr;  ///< PointRequest after PointRequest, until it is closed
  Bytes memory_limit = 0;
};

/// Lives in a fresh child of the process `runner`, and never returns, nor throws: what it does not catch ends
/// the child alone.
[[noreturn]] void be_routing_process(const RoutingAssignment& task, int runner) noexcept;

/// The same for a point that shares its traffic with no other: it routes and runs, and never returns.
[[noreturn]] void be_lone_point(const RoutingAssignment& task, const PointRequest& request,
                                int runner) noexcept;

/// The result that a point's process reported. A report that is cut off makes a failure.
[[nodiscard]] PointResult result_in(const std::string& report);

}  // namespace epsim
