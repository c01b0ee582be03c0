// LearnedGate: the synthetic gate of a scenario. A token's embedding has embedding_dim standard normal
// components and a constant 1; an expert's row of the gate matrix has unit length over the former, and over
// the constant it has the expert's popularity, calibrated so that the experts' expected loads are log-normal.
// Steps bring other tokens to the same gate.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/routing/ranking.hpp"
#include "sim/scenario.hpp"

namespace epsim {

struct LearnedGate {
  ExpertParallel rule;   ///< the gate's kind, groups and top_k
  Matrix<float> matrix;  ///< [expert][embedding component]; the last column is the popularity
};

/// Tokens whose scores exist at once.
inline constexpr int tokens_per_block = 128;

/// A gate of unit rows without popularity: every expert as likely as its direction makes it.
[[nodiscard]] LearnedGate make_unbiased_gate(const ExpertParallel& expert_parallel, const Workload& workload);
/// Calibrated to the target shares.
[[nodiscard]] LearnedGate make_learned_gate(const ExpertParallel& expert_parallel, const Workload& workload);

/// The share of all tokens that shall want each expert; sums to top_k. Log-normal: the logarithms' standard
/// deviation over the experts is `skew`, exactly, unless a share had to be cut so that nobody is wanted by
/// (nearly) all tokens.
[[nodiscard]] std::vector<double> target_shares(const ExpertParallel& expert_parallel,
                                                const Workload& workload);

/// The stream of a step's token embeddings.
[[nodiscard]] std::uint64_t embedding_stream(std::uint64_t seed, int step);

/// Embeddings [token][component, then 1] of the block of tokens that begins at `first`; always
/// tokens_per_block rows. A token's embedding depends on (gate, stream, token) alone.
[[nodiscard]] Matrix<float> embedding_block(const LearnedGate& gate, std::uint64_t stream,
                                            std::int64_t first);
/// Products [token][expert] of a block's embeddings with the gate's rows.
[[nodiscard]] Matrix<float> logit_block(const LearnedGate& gate, const Matrix<float>& embeddings);
/// Gate scores [token][expert] of the block of tokens that begins at `first`; always tokens_per_block rows,
/// of which the caller uses as many as it needs. A token's scores depend on (gate, stream, token) alone.
[[nodiscard]] Matrix<float> score_block(const LearnedGate& gate, std::uint64_t stream, std::int64_t first);

}  // namespace epsim
