// `epsim fit`: which synthetic workload a recorded one looks like.
#pragma once

#include <string>

namespace epsim {

struct FitOptions {
  std::string file;
  std::string format;  ///< empty: by the file's name
  int layer = -1;      ///< -1: the first
  int experts = 0;     ///< 0: up to the highest number that was selected
};

/// Prints skew and drift as a scenario fragment. Throws Error (input).
void fit(const FitOptions& options);

}  // namespace epsim
