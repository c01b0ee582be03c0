// One pattern's last step as a Chrome trace (JSON object format), for Perfetto or chrome://tracing: devices
// are processes, streams are threads, arrows lead from every send to its receive, counters show how much the
// links are used. What is what in detail: README.md of this folder.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

#include "analysis/experiment_result.hpp"

namespace epsim {

/// More spans than this and a trace shows a sample of the devices only: viewers become slow.
inline constexpr std::size_t max_trace_spans = 50'000;

/// Which devices a trace shows: ranks 0, stride, 2 stride, ... and up to 16 that the critical path leads
/// over, those on which it is longest.
struct SpanSample {
  std::size_t spans = 0;  ///< of all devices
  int stride = 1;

  [[nodiscard]] bool is_complete() const { return stride == 1; }
  /// "all devices", "ranks 0, 2, 4, ..." for people.
  [[nodiscard]] std::string text() const;
};

/// The smallest stride that keeps about `max_spans` spans.
[[nodiscard]] SpanSample sample_for_chrome_trace(const Schedule& schedule,
                                                 std::size_t max_spans = max_trace_spans);

/// `pattern` indexes the experiment's patterns.
void write_chrome_trace(std::ostream& out, const ExperimentResult& experiment, std::size_t pattern,
                        const SpanSample& sample);

}  // namespace epsim
