// hash_based and random: every token has its own uniformly shuffled order of the experts. hash_based derives
// it from the token's global id alone (step and token number, whatever the scenario's seed), as a stateless
// hash does (Roller et al. 2021, Hash Layers); random from the scenario's seed, the step and the token.
#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "sim/random.hpp"
#include "sim/routing/ranking.hpp"

namespace epsim {

namespace {

/// The first experts of a token's order: Fisher and Yates's shuffle, taken back afterwards so that each
/// token starts from the same order.
class Shuffle {
 public:
  explicit Shuffle(int experts) : order_(static_cast<std::size_t>(experts)), swapped_(order_.size()) {
    std::iota(order_.begin(), order_.end(), 0);
  }

  void first_of(std::uint64_t seed, std::span<std::int32_t> experts) {
    SplitMix64 random(seed);
    for (std::size_t i = 0; i < experts.size(); ++i) {
      swapped_[i] = i + uniform_below(random(), static_cast<std::uint32_t>(order_.size() - i));
      std::swap(order_[i], order_[swapped_[i]]);
      experts[i] = order_[i];
    }
    for (std::size_t i = experts.size(); i-- > 0;) std::swap(order_[i], order_[swapped_[i]]);
  }

 private:
  std::vector<std::int32_t> order_;
  std::vector<std::size_t> swapped_;
};

class ShuffledRanking final : public Ranking {
 public:
  ShuffledRanking(const ExpertParallel& expert_parallel, std::uint64_t seed)
      : experts_(expert_parallel.num_experts), top_k_(expert_parallel.top_k), seed_(seed) {}

  [[nodiscard]] bool has_gate() const override { return false; }

  [[nodiscard]] Matrix<float> score(TokenRange tokens) const override {
    Matrix<float> scores(static_cast<int>(tokens.last - tokens.first), experts_);
    Shuffle shuffle(experts_);
    std::vector<std::int32_t> order(static_cast<std::size_t>(experts_));
    for (int i = 0; i < scores.rows(); ++i) {
      shuffle.first_of(seed_of(tokens.first + i), order);
      for (int place = 0; place < experts_; ++place) {
        const std::int32_t expert = order[static_cast<std::size_t>(place)];
        scores(i, expert) = static_cast<float>(experts_ - place) / static_cast<float>(experts_);
      }
    }
    return scores;
  }

  void choose(TokenRange tokens, const Choices& choices) const override {
    Shuffle shuffle(experts_);
    const auto top_k = static_cast<std::size_t>(top_k_);
    for (std::int64_t token = tokens.first; token < tokens.last; ++token) {
      const std::size_t at = static_cast<std::size_t>(token - tokens.first) * top_k;
      shuffle.first_of(seed_of(token), choices.expert.subspan(at, top_k));
    }
    std::ranges::fill(choices.weight, 1.0F / static_cast<float>(top_k_));
  }

 private:
  [[nodiscard]] std::uint64_t seed_of(std::int64_t token) const {
    return mix_seed({seed_, static_cast<std::uint64_t>(token)});
  }

  int experts_;
  int top_k_;
  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<Ranking> make_hash_based(const Scenario& scenario, RouterState& state) {
  const auto step = static_cast<std::uint64_t>(state.step);
  return std::make_unique<ShuffledRanking>(scenario.expert_parallel, mix_seed({step}));
}

std::unique_ptr<Ranking> make_random(const Scenario& scenario, RouterState& state) {
  const auto step = static_cast<std::uint64_t>(state.step);
  return std::make_unique<ShuffledRanking>(scenario.expert_parallel,
                                           mix_seed({scenario.workload.seed, step}));
}

}  // namespace epsim
