#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>

#include "platforms/error.hpp"
#include "platforms/indexing.hpp"
#include "sim/balancing/balancing.hpp"

namespace epsim {
namespace {

/// The best `capacity` tokens seen so far, in memory for twice as many: candidates are collected and the
/// worse half is thrown out when there is no more room, so that a token costs one comparison most of the
/// time.
class BestTokens {
 public:
  struct Entry {
    float score;
    std::int32_t token;
  };

  explicit BestTokens(std::int64_t capacity) : capacity_(static_cast<std::size_t>(capacity)) {
    entries_.reserve(2 * capacity_);
  }

  /// Tokens come in ascending order, so that a later one must be strictly better.
  void offer(float score, std::int64_t token) {
    if (capacity_ == 0 || (is_full_ && score <= entry_score_)) return;
    entries_.push_back({score, static_cast<std::int32_t>(token)});
    if (entries_.size() == 2 * capacity_) keep_best();
  }

  const std::vector<Entry>& best() {
    if (entries_.size() > capacity_) keep_best();
    return entries_;
  }

 private:
  void keep_best() {
    const auto last = entries_.begin() + static_cast<std::ptrdiff_t>(capacity_) - 1;
    std::nth_element(entries_.begin(), last, entries_.end(), [](const Entry& a, const Entry& b) {
      return a.score != b.score ? a.score > b.score : a.token < b.token;
    });
    entry_score_ = last->score;
    is_full_ = true;
    entries_.resize(capacity_);
  }

  std::size_t capacity_;
  std::vector<Entry> entries_;
  bool is_full_ = false;
  float entry_score_ = 0;  // to be beaten
};

std::vector<BestTokens> take_tokens(const Ranking& ranking, std::int64_t capacity, TokenRouting& routing) {
  const auto experts = at(routing.num_experts);
  std::vector<BestTokens> taken(experts, BestTokens(capacity));
  if (ranking.has_gate()) routing.mean_probability.resize(experts);
  ranking.for_each_token([&](std::int64_t token, std::span<const float> scores) {
    for (std::size_t e = 0; e < experts; ++e) taken[e].offer(scores[e], token);
    if (ranking.has_gate()) add_probabilities(scores, routing.mean_probability);
  });
  for (double& probability : routing.mean_probability)
    probability /= static_cast<double>(std::max<std::int64_t>(1, routing.tokens()));
  return taken;
}

/// From each expert's tokens to each token's experts, in ascending order.
void transpose(std::vector<BestTokens>& taken, bool weigh_by_score, TokenRouting& routing) {
  std::vector<std::int64_t> count(static_cast<std::size_t>(routing.tokens()));
  for (BestTokens& tokens : taken)
    for (const auto& entry : tokens.best()) ++count[at(entry.token)];
  routing.first_selection.assign(count.size() + 1, 0);
  std::partial_sum(count.begin(), count.end(), routing.first_selection.begin() + 1);
  routing.expert.resize(static_cast<std::size_t>(routing.first_selection.back()));
  routing.weight.resize(routing.expert.size());
  std::vector<std::int64_t> next(routing.first_selection.begin(), routing.first_selection.end() - 1);
  for (std::size_t e = 0; e < taken.size(); ++e) {
    for (const auto& [score, token] : taken[e].best()) {
      const auto place = at(next[at(token)]++);
      routing.expert[place] = static_cast<std::int32_t>(e);
      routing.weight[place] = weigh_by_score ? score : 1;
    }
  }
}

void normalise_weights(TokenRouting& routing) {
  for (std::int64_t token = 0; token < routing.tokens(); ++token) {
    const std::size_t begin = routing.selections_begin(token);
    const std::span<float> weight =
        std::span(routing.weight).subspan(begin, routing.selections_begin(token + 1) - begin);
    const float sum = std::accumulate(weight.begin(), weight.end(), 0.0F);
    for (float& one : weight) one /= sum;
  }
}

}  // namespace

Assignment expert_choice(const Scenario& scenario, const Ranking& ranking) {
  const ExpertParallel& ep = scenario.expert_parallel;
  Assignment assignment;
  TokenRouting& routing = assignment.routing;
  routing.num_experts = ep.num_experts;
  routing.top_k = ep.top_k;
  routing.first_token = first_tokens(scenario.workload);
  if (routing.tokens() > INT32_MAX)
    throw input_error("/workload/tokens_per_device",
                      std::to_string(routing.tokens()) + " tokens are too many for expert_choice_based",
                      "give at most 2147483647 in all");
  assignment.capacity = std::min(expert_capacity(ep, routing.tokens()), routing.tokens());
  std::vector<BestTokens> taken = take_tokens(ranking, *assignment.capacity, routing);
  transpose(taken, ranking.weighs_by_score(), routing);
  normalise_weights(routing);
  assignment.wanted = count_experts(routing);
  if (ep.pad_to_capacity) pad_to_largest(routing);
  return assignment;
}

}  // namespace epsim
