// The generators of the patterns, for the table in pattern.cpp; the contract is Pattern::append's.
#pragma once

#include "sim/patterns/pattern.hpp"

namespace epsim {

[[nodiscard]] DataOps append_all_to_all(Schedule&, const Exchange&, const PatternOptions&, const DataOps&);
[[nodiscard]] DataOps append_point_to_point(Schedule&, const Exchange&, const PatternOptions&,
                                            const DataOps&);
[[nodiscard]] DataOps append_hierarchical(Schedule&, const Exchange&, const PatternOptions&, const DataOps&);
[[nodiscard]] DataOps append_ring(Schedule&, const Exchange&, const PatternOptions&, const DataOps&);

}  // namespace epsim
