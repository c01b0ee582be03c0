// What `epsim compare` and `epsim run` are asked on the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace epsim {

struct ExperimentOptions {
  std::string scenario;                ///< path, or "-" for standard input
  std::vector<std::string> patterns;   ///< names; empty: all (compare), the scenario's own (run)
  std::vector<std::string> overrides;  ///< "/pointer=value"
  std::optional<std::string> engine;   ///< name, instead of the scenario's
  std::optional<double> resolution;    ///< instead of the scenario's
  std::string out;                     ///< folder; empty: nothing is written
  bool paje = false;                   ///< SimGrid's own trace in `out`, too
  int jobs = 1;                        ///< simulations at a time
  bool json = false;
  bool check = false;
  bool blame = false;  ///< the whole critical path, and runs without what it goes on
  bool rates = false;  ///< algbw, busbw and others, in the text
  bool quiet = false;
};

}  // namespace epsim
