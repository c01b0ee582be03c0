// `epsim calibrate FILE`: fits a transport to measured sizes and times.
#pragma once

#include <string>
#include <vector>

namespace epsim {

struct CalibrateOptions {
  std::vector<std::string> files;
  std::string platform;
  std::string pattern = "all_to_all";
  std::string transport = "ideal";  ///< where the values start that are not fitted
  std::vector<std::string> held;    ///< keys of values that are not fitted
  std::string name = "calibrated";
  std::vector<int> ranks;  ///< of each file; empty: all devices of the platform
  bool per_pair = false;   ///< sizes are bytes of a pair of ranks, not of a rank
  std::vector<std::string> overrides;
  bool json = false;
  bool quiet = false;
};

/// Prints a transport file, and residuals to standard error; or both as JSON. Throws Error (input).
void calibrate(const CalibrateOptions& options);

}  // namespace epsim
