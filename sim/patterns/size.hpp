// How large an experiment will be, from the sizes in its scenario alone: what the estimates of memory and
// time follow from. Generous closed forms: every chunk is full. Doubles, because absurd scenarios overflow
// integers.
#pragma once

#include <cstdint>
#include <optional>

namespace epsim {

struct ExperimentSize {
  double ranks = 0;
  double pairs = 0;  ///< of different ranks that have bytes for each other; routed: as many as chance gives
  double nodes = 1;
  double ranks_per_node = 0;
  double slots = 0;       ///< per rank
  double tokens = 0;      ///< of a rank, the largest if they differ; 0: traffic is given directly
  double selections = 0;  ///< of all tokens of a step, the largest if they differ
  double exchanges = 1;
};

/// Whose transfers share links with whose, and through which switches they go.
enum class Reach : std::uint8_t {
  all_ranks,   ///< everybody's with everybody's, beyond the leaf of their rail too
  rail,        ///< those of a rail or of a node, each for itself
  neighbours,  ///< everybody's, one after the other
};

/// One exchange of a pattern.
struct PatternSize {
  double ops = 0;     ///< transfers
  double routes = 0;  ///< device pairs
  Reach reach = Reach::all_ranks;
  std::optional<double> sent_between_nodes = {};  ///< transfers of a rank; empty: its share of them all
  double end_together = 1;  ///< transfers of a stream that end in one moment without a window
};

}  // namespace epsim
