// How large an experiment will be, from the sizes in its scenario alone: what the estimates of memory and
// time follow from. Generous closed forms: every chunk is full.
#pragma once

#include "sim/engine/engine_cost.hpp"
#include "sim/scenario.hpp"

namespace epsim {

/// Doubles, because absurd scenarios overflow integers.
struct ExperimentSize {
  double ranks = 0;
  double pairs = 0;  ///< of different ranks that have bytes for each other; routed: as many as chance gives
  double nodes = 1;
  double ranks_per_node = 0;
  double slots = 0;       ///< per rank
  double selections = 0;  ///< of all tokens of a step, the largest if they differ
  double exchanges = 1;
};
[[nodiscard]] ExperimentSize size_of(const Scenario& scenario);

struct PatternSize {
  double ops = 0;     ///< transfers of one exchange
  double routes = 0;  ///< device pairs
  int window = 0;     ///< transfers in flight per stream; 0: no limit
};
[[nodiscard]] PatternSize size_of(const PatternOptions& options, PatternKind kind,
                                  const ExperimentSize& sizes);

/// What the pattern's layer asks of an engine.
[[nodiscard]] EngineLoad engine_load(const Scenario& scenario, PatternKind kind);

}  // namespace epsim
