#include "sim/routing/learned_gate.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "platforms/indexing.hpp"
#include "sim/random.hpp"
#include "sim/routing/gate.hpp"

namespace epsim {

namespace {

/// Independent streams of one seed.
enum Purpose : std::uint64_t {
  gate_rows,
  popularity,
  calibration_tokens,
  step_tokens,
  topic_directions,
  topic_of_token,
  drift_of_popularity
};

/// Tokens of a calibration round, in whole blocks: a bounded number of scores, so that many experts do not
/// take long.
std::int64_t tokens_per_round(const ExpertParallel& rule) {
  constexpr std::int64_t scores_per_round = 1 << 20;
  const std::int64_t blocks = scores_per_round / rule.num_experts / tokens_per_block;
  return tokens_per_block * std::clamp<std::int64_t>(blocks, 1, 4096 / tokens_per_block);
}

std::vector<double> standardised_normals(int count, std::uint64_t seed) {
  SplitMix64 random(seed);
  std::vector<double> values(static_cast<std::size_t>(count));
  for (double& value : values) value = normal_quantile(uniform(random()));
  standardise(values);
  return values;
}

/// Scales the shares to the sum `total` with none above `limit`. Terminates: more shares are cut each time.
/// Precondition: total < limit * number of shares.
void scale_shares(std::vector<double>& shares, double total, double limit) {
  double scale = 0;
  for (std::size_t cut = 0, now_cut = 0;; cut = now_cut) {
    double rest = 0;
    for (const double share : shares)
      if (share * scale < limit) rest += share;
    scale = (total - limit * static_cast<double>(cut)) / rest;
    now_cut = static_cast<std::size_t>(
        std::ranges::count_if(shares, [&](double share) { return share * scale >= limit; }));
    if (now_cut == cut) break;
  }
  for (double& share : shares) share = std::min(share * scale, limit);
}

/// Rows of unit length in random directions, and a column of zeros.
Matrix<float> unit_rows(int rows, int columns, std::uint64_t seed) {
  SplitMix64 random(seed);
  Matrix<float> matrix(rows, columns + 1);
  std::vector<double> row(static_cast<std::size_t>(columns));
  for (int r = 0; r < rows; ++r) {
    double squares = 0;
    for (double& value : row) {
      value = normal_quantile(uniform(random()));
      squares += value * value;
    }
    for (int c = 0; c < columns; ++c) matrix(r, c) = static_cast<float>(row[at(c)] / std::sqrt(squares));
  }
  return matrix;
}

std::vector<std::int64_t> measure_loads(const LearnedGate& gate, std::uint64_t stream, std::int64_t tokens) {
  std::vector<std::int64_t> loads(static_cast<std::size_t>(gate.rule.num_experts));
  std::vector<std::int32_t> chosen(static_cast<std::size_t>(gate.rule.top_k));
  for (std::int64_t token = 0; token < tokens; token += tokens_per_block) {
    const Matrix<float> scores = score_block(gate, stream, token);
    for (int i = 0; i < tokens_per_block; ++i) {
      select_experts(scores.row(i), gate.rule, chosen);
      for (const std::int32_t expert : chosen) ++loads[at(expert)];
    }
  }
  return loads;
}

/// Sets the last column; only differences between experts matter to a softmax, so its mean is made 0.
void set_popularity(LearnedGate& gate, const std::vector<double>& popularity_of_expert) {
  const double sum = std::accumulate(popularity_of_expert.begin(), popularity_of_expert.end(), 0.0);
  const double mean = sum / static_cast<double>(popularity_of_expert.size());
  const int column = gate.matrix.columns() - 1;
  for (std::size_t e = 0; e < popularity_of_expert.size(); ++e)
    gate.matrix(static_cast<int>(e), column) = static_cast<float>(popularity_of_expert[e] - mean);
}

/// A logit is normal with variance 1 around the popularity b, so an expert passes a fixed threshold with
/// probability Phi(b - threshold): b = Phi^-1(share) is right but for the threshold's own spread, the
/// correlation of the rows, and groups. Rounds over fresh tokens correct that by steps of 1, 1/2, 1/3, ...
/// (Robbins and Monro 1951), which average the sampling noise of all rounds. Half a selection is added on
/// both sides, so that a load of zero is finite and a share below the sample's resolution asks for no change.
/// Where groups make the shares unreachable, the result is as near as the rounds come. Rounds that begin at
/// `first_round` start from a gate that is nearly right: their steps are smaller.
struct Rounds {
  int first;
  int last;
  std::uint64_t seed;
};
void calibrate(LearnedGate& gate, std::vector<double> bias, const std::vector<double>& shares,
               Rounds rounds) {
  LearnedGate sampled = gate;
  sampled.topics.tokens = 1;  // a topic for every token: the mean over topics, not the luck of a few
  const std::int64_t tokens = tokens_per_round(gate.rule);
  const auto quantile_of_load = [&](double load) {
    return normal_quantile((load + 0.5) / static_cast<double>(tokens + 1));
  };
  set_popularity(sampled, bias);
  for (int round = rounds.first; round < rounds.last; ++round) {
    const auto stream = mix_seed({rounds.seed, calibration_tokens, static_cast<std::uint64_t>(round)});
    const std::vector<std::int64_t> loads = measure_loads(sampled, stream, tokens);
    for (std::size_t e = 0; e < bias.size(); ++e) {
      const double wanted = quantile_of_load(shares[e] * static_cast<double>(tokens));
      bias[e] += (wanted - quantile_of_load(static_cast<double>(loads[e]))) / (round + 1);
    }
    set_popularity(sampled, bias);
  }
  set_popularity(gate, bias);
}

/// The bias that passes a share of the tokens, but for what `calibrate` corrects.
double quantile_of_share(double share) {
  return normal_quantile(std::clamp(share, 1e-9, 1 - 1e-9));
}

/// [topic][component] with squared length `dimension`.
Matrix<float> random_topics(int count, int dimension, std::uint64_t seed) {
  Matrix<float> topics = unit_rows(count, dimension, seed);
  for (int topic = 0; topic < count; ++topic)
    for (float& component : topics.row(topic)) component *= std::sqrt(static_cast<float>(dimension));
  return topics;
}

}  // namespace

double standardise(std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (double& value : values) {
    value -= mean;
    squares += value * value;
  }
  if (squares > 0)
    for (double& value : values) value /= std::sqrt(squares / count);
  return std::sqrt(squares / count);
}

std::vector<double> first_log_popularity(const ExpertParallel& expert_parallel, const Workload& workload) {
  if (!workload.log_popularity.empty()) return workload.log_popularity;
  return standardised_normals(expert_parallel.num_experts, mix_seed({workload.seed, popularity}));
}

std::vector<double> drifted(const std::vector<double>& log_popularity, const Workload& workload, int step) {
  const std::uint64_t seed = mix_seed({workload.seed, drift_of_popularity, static_cast<std::uint64_t>(step)});
  std::vector<double> next = standardised_normals(static_cast<int>(log_popularity.size()), seed);
  const double kept = std::sqrt(1 - workload.drift * workload.drift);
  for (std::size_t e = 0; e < next.size(); ++e) next[e] = kept * log_popularity[e] + workload.drift * next[e];
  standardise(next);
  return next;
}

std::vector<double> target_shares(const ExpertParallel& expert_parallel, const Workload& workload,
                                  const std::vector<double>& log_popularity) {
  std::vector<double> shares = log_popularity;
  for (double& share : shares) share = portable_exp(workload.skew * share);
  const double top_k = expert_parallel.top_k;
  const double mean = top_k / expert_parallel.num_experts;
  if (mean == 1) return std::vector<double>(shares.size(), 1);
  scale_shares(shares, top_k, std::max(0.95, (1 + mean) / 2));
  return shares;
}

LearnedGate make_unbiased_gate(const ExpertParallel& expert_parallel, const Workload& workload) {
  const int dimension = workload.embedding_dim;
  LearnedGate gate{expert_parallel,
                   unit_rows(expert_parallel.num_experts, dimension, mix_seed({workload.seed, gate_rows})),
                   workload.topics,
                   {}};
  if (workload.topics.count > 0)
    gate.topic_directions =
        random_topics(workload.topics.count, dimension, mix_seed({workload.seed, topic_directions}));
  return gate;
}

LearnedGate make_learned_gate(const ExpertParallel& expert_parallel, const Workload& workload,
                              const std::vector<double>& shares) {
  LearnedGate gate = make_unbiased_gate(expert_parallel, workload);
  if (expert_parallel.top_k == expert_parallel.num_experts) return gate;
  std::vector<double> bias;
  for (const double share : shares) bias.push_back(quantile_of_share(share));
  calibrate(gate, bias, shares, {0, 10, workload.seed});
  return gate;
}

LearnedGate recalibrated(const LearnedGate& gate, const std::vector<double>& before,
                         const std::vector<double>& shares, std::uint64_t seed) {
  LearnedGate next = gate;
  if (gate.rule.top_k == gate.rule.num_experts) return next;
  std::vector<double> bias;
  for (std::size_t e = 0; e < shares.size(); ++e)
    bias.push_back(static_cast<double>(gate.matrix(static_cast<int>(e), gate.matrix.columns() - 1)) +
                   quantile_of_share(shares[e]) - quantile_of_share(before[e]));
  calibrate(next, bias, shares, {3, 7, seed});
  return next;
}

LearnedGate biased(LearnedGate gate, const std::vector<double>& bias) {
  const int column = gate.matrix.columns() - 1;
  for (std::size_t e = 0; e < bias.size(); ++e)
    gate.matrix(static_cast<int>(e), column) += static_cast<float>(bias[e]);
  return gate;
}

std::uint64_t embedding_stream(std::uint64_t seed, int step) {
  return mix_seed({seed, step_tokens, static_cast<std::uint64_t>(step)});
}

namespace {

void add_topic(const LearnedGate& gate, std::uint64_t stream, std::int64_t token,
               std::span<float> embedding) {
  const auto run = static_cast<std::uint64_t>(token / gate.topics.tokens);
  const auto count = static_cast<std::uint32_t>(gate.topics.count);
  SplitMix64 random(mix_seed({stream, topic_of_token, run}));
  const std::span<const float> topic =
      gate.topic_directions.row(static_cast<int>(uniform_below(random(), count)));
  const auto own = static_cast<float>(std::sqrt(1 - gate.topics.concentration));
  const auto shared = static_cast<float>(std::sqrt(gate.topics.concentration));
  for (std::size_t c = 0; c + 1 < embedding.size(); ++c)
    embedding[c] = own * embedding[c] + shared * topic[c];
}

}  // namespace

Matrix<float> embedding_block(const LearnedGate& gate, std::uint64_t stream, std::int64_t first) {
  const int dimension = gate.matrix.columns() - 1;
  Matrix<float> embeddings(tokens_per_block, dimension + 1);
  for (int i = 0; i < tokens_per_block; ++i) {
    SplitMix64 random(mix_seed({stream, static_cast<std::uint64_t>(first + i)}));
    const std::span<float> embedding = embeddings.row(i);
    fill_normal(random, embedding.first(static_cast<std::size_t>(dimension)));
    embedding.back() = 1;
    if (gate.topics.count > 0) add_topic(gate, stream, first + i, embedding);
  }
  return embeddings;
}

Matrix<float> logit_block(const LearnedGate& gate, const Matrix<float>& embeddings) {
  const int columns = gate.matrix.columns();
  // Eigen splits sums according to the processor's cache sizes; fixed ones make the sums the same everywhere.
  Eigen::setCpuCacheSizes(32 * 1024, 256 * 1024, 2 * 1024 * 1024);
  Matrix<float> logits(tokens_per_block, gate.rule.num_experts);
  // A row-major matrix is Eigen's column-major one transposed.
  using Transposed = Eigen::Map<const Eigen::MatrixXf>;
  const Transposed gate_columns(gate.matrix.row(0).data(), columns, gate.rule.num_experts);
  const Transposed tokens(embeddings.row(0).data(), columns, tokens_per_block);
  Eigen::Map<Eigen::MatrixXf>(logits.row(0).data(), gate.rule.num_experts, tokens_per_block).noalias() =
      gate_columns.transpose() * tokens;
  return logits;
}

Matrix<float> score_block(const LearnedGate& gate, std::uint64_t stream, std::int64_t first) {
  Matrix<float> scores = logit_block(gate, embedding_block(gate, stream, first));
  apply_gate(gate.rule.gate, scores);
  return scores;
}

}  // namespace epsim
