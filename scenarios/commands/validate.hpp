// `epsim validate`: published measurements beside simulated times.
#pragma once

#include <string>
#include <vector>

namespace epsim {

struct ValidateOptions {
  std::vector<std::string> cases;  ///< ids or files; empty: all that are built in
  std::string fit_without;         ///< a case: its transport is fitted to the others of its family first
  bool fit = false;                ///< fit every family to all of its cases first
  bool json = false;
  bool quiet = false;
};

/// Throws Error (input) on an unknown case.
void validate(const ValidateOptions& options);

}  // namespace epsim
