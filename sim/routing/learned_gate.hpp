// LearnedGate: the synthetic gate of a scenario. A token's embedding has embedding_dim standard normal
// components and a constant 1; an expert's row of the gate matrix has unit length over the former, and over
// the constant it has the expert's popularity, calibrated so that the experts' expected loads are log-normal.
// Steps bring other tokens to the same gate. With topics an embedding is sqrt(1 - c) noise + sqrt(c) topic, c
// the concentration and a topic a fixed vector of squared length embedding_dim; a run of consecutive tokens
// has one topic, drawn uniformly. With drift the popularity is calibrated anew for every step.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/routing/ranking.hpp"
#include "sim/scenario.hpp"

namespace epsim {

struct LearnedGate {
  ExpertParallel rule;   ///< the gate's kind, groups and top_k
  Matrix<float> matrix;  ///< [expert][embedding component]; the last column is the popularity
  Topics topics;
  Matrix<float> topic_directions;  ///< [topic][embedding component]
};

/// Tokens whose scores exist at once.
inline constexpr int tokens_per_block = 128;

/// A gate of unit rows without popularity: every expert as likely as its direction makes it.
[[nodiscard]] LearnedGate make_unbiased_gate(const ExpertParallel& expert_parallel, const Workload& workload);
/// Calibrated to the shares, as target_shares returns them.
[[nodiscard]] LearnedGate make_learned_gate(const ExpertParallel& expert_parallel, const Workload& workload,
                                            const std::vector<double>& shares);
/// The gate of another step, from one that was calibrated to the shares `before`: popularity moves by what
/// the shares ask for, and a few rounds on fresh tokens correct the rest.
[[nodiscard]] LearnedGate recalibrated(const LearnedGate& gate, const std::vector<double>& before,
                                       const std::vector<double>& shares, std::uint64_t seed);
/// The gate with a bias per expert added to its logits.
[[nodiscard]] LearnedGate biased(LearnedGate gate, const std::vector<double>& bias);

/// Shifts and scales the values to mean 0 and standard deviation 1; returns the standard deviation they had.
/// Equal values become 0.
double standardise(std::vector<double>& values);

/// Per expert, mean 0 and standard deviation 1 over the experts: the logarithm of its load in units of
/// `skew`.
[[nodiscard]] std::vector<double> first_log_popularity(const ExpertParallel& expert_parallel,
                                                       const Workload& workload);
/// The next step's: sqrt(1 - drift^2) of the last and drift of a fresh one, standardised again.
[[nodiscard]] std::vector<double> drifted(const std::vector<double>& log_popularity, const Workload& workload,
                                          int step);

/// The share of all tokens that shall want each expert; sums to top_k. Log-normal: the logarithms' standard
/// deviation over the experts is `skew`, exactly, unless a share had to be cut so that nobody is wanted by
/// (nearly) all tokens.
[[nodiscard]] std::vector<double> target_shares(const ExpertParallel& expert_parallel,
                                                const Workload& workload,
                                                const std::vector<double>& log_popularity);

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
