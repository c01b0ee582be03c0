// hash_based and random: every token has its own uniformly shuffled order of the experts. hash_based derives
// it from the token's global id alone (step and token number, whatever the scenario's seed), as a stateless
// hash does (Roller et al. 2021, Hash Layers); random from the scenario's seed, the step and the token.
#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "platforms/indexing.hpp"
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
  ShuffledRanking(const Scenario& scenario, std::uint64_t seed)
      : rule_(scenario.expert_parallel), tokens_(first_tokens(scenario.workload).back()), seed_(seed) {
    rule_.expert_groups = rule_.kept_groups = 1;  // a gate's rule, and this is none
  }

  [[nodiscard]] bool has_gate() const override { return false; }

  /// The first of the order has score 1, the last 1 / number of experts.
  void for_each_token(const ScoreVisitor& visit) const override {
    Shuffle shuffle(rule_.num_experts);
    std::vector<std::int32_t> order(static_cast<std::size_t>(rule_.num_experts));
    std::vector<float> scores(order.size());
    for (std::int64_t token = 0; token < tokens_; ++token) {
      shuffle.first_of(seed_of(token), order);
      for (std::size_t place = 0; place < order.size(); ++place)
        scores[at(order[place])] =
            static_cast<float>(order.size() - place) / static_cast<float>(order.size());
      visit(token, scores);
    }
  }

  void choose(std::span<const float> bias, const Choices& choices) const override {
    if (!bias.empty()) {
      ScoreChooser chooser(rule_, *this, bias, choices);
      return for_each_token(
          [&](std::int64_t token, std::span<const float> scores) { chooser(token, scores); });
    }
    Shuffle shuffle(rule_.num_experts);
    const auto top_k = at(rule_.top_k);
    for (std::int64_t token = 0; token < tokens_; ++token)
      shuffle.first_of(seed_of(token),
                       choices.expert.subspan(static_cast<std::size_t>(token) * top_k, top_k));
    std::ranges::fill(choices.weight, 1.0F / static_cast<float>(top_k));
  }

 private:
  [[nodiscard]] std::uint64_t seed_of(std::int64_t token) const {
    return mix_seed({seed_, static_cast<std::uint64_t>(token)});
  }

  ExpertParallel rule_;
  std::int64_t tokens_;
  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<Ranking> make_hash_based(const Scenario& scenario, RouterState& state) {
  const auto step = static_cast<std::uint64_t>(state.step);
  return std::make_unique<ShuffledRanking>(scenario, mix_seed({step}));
}

std::unique_ptr<Ranking> make_random(const Scenario& scenario, RouterState& state) {
  const auto step = static_cast<std::uint64_t>(state.step);
  return std::make_unique<ShuffledRanking>(scenario, mix_seed({scenario.workload.seed, step}));
}

}  // namespace epsim
