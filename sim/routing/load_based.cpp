// load_based: the least-loaded experts first, as the source device sees them. A device starts a step from its
// share (one of `ranks` equal ones) of what was assigned over all devices in the steps before, decayed, and
// counts its own selections as it makes them; it does not see the others' before the step is over. Ties go to
// the expert that comes first counting upwards from rank * num_experts / ranks, so that devices that know
// nothing of each other do not all start with the same experts.
//
// As a score (for the balancings that ask for one): (m + 1) / (m + 1 + load), m the mean load at the step's
// start. There the turn counts as up to a thousandth of a selection.
#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "platforms/indexing.hpp"
#include "sim/routing/ranking.hpp"

namespace epsim {

namespace {

/// The experts of one device by load, least first: a heap.
class LoadHeap {
 public:
  LoadHeap(std::span<const double> loads, int first_expert) {
    const auto count = static_cast<std::int32_t>(loads.size());
    for (std::int32_t i = 0; i < count; ++i) {
      const std::int32_t expert = (first_expert + i) % count;
      entries_.push_back({loads[at(expert)], i, expert});
    }
    std::ranges::make_heap(entries_, comes_later);
  }

  /// The chosen.size() least-loaded experts, which then have one selection more.
  void take(std::span<std::int32_t> chosen) {
    std::size_t left = entries_.size();
    for (std::int32_t& expert : chosen) {
      std::pop_heap(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(left), comes_later);
      expert = entries_[--left].expert;
    }
    for (; left < entries_.size(); ++left) {
      entries_[left].load += 1;
      std::push_heap(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(left) + 1, comes_later);
    }
  }

 private:
  struct Entry {
    double load;
    std::int32_t turn;  // among equals
    std::int32_t expert;
  };
  static bool comes_later(const Entry& a, const Entry& b) {
    return a.load != b.load ? a.load > b.load : a.turn > b.turn;
  }

  std::vector<Entry> entries_;
};

class LoadBasedRanking final : public Ranking {
 public:
  LoadBasedRanking(const ExpertParallel& rule, const Workload& workload, std::vector<double> loads)
      : rule_(rule), first_token_(first_tokens(workload)), loads_(std::move(loads)) {
    rule_.expert_groups = rule_.kept_groups = 1;  // a gate's rule, and this is none
    mean_ = std::accumulate(loads_.begin(), loads_.end(), 0.0) / rule_.num_experts;
  }

  [[nodiscard]] bool has_gate() const override { return false; }

  void for_each_token(const ScoreVisitor& visit) const override {
    std::vector<std::int32_t> expert(static_cast<std::size_t>(first_token_.back() * rule_.top_k));
    std::vector<float> weight(expert.size());
    follow({}, {expert, weight, {}}, visit);
  }

  void choose(std::span<const float> bias, const Choices& choices) const override {
    if (!bias.empty()) return follow(bias, choices, {});
    const auto top_k = at(rule_.top_k);
    for (int rank = 0; rank < ranks(); ++rank) {
      LoadHeap heap(loads_, first_expert(rank));
      const auto r = at(rank);
      for (std::int64_t token = first_token_[r]; token < first_token_[r + 1]; ++token)
        heap.take(choices.expert.subspan(static_cast<std::size_t>(token) * top_k, top_k));
    }
    std::ranges::fill(choices.weight, 1.0F / static_cast<float>(top_k));
  }

 private:
  [[nodiscard]] int ranks() const { return static_cast<int>(first_token_.size()) - 1; }
  [[nodiscard]] int first_expert(int rank) const {
    return static_cast<int>(std::int64_t{rank} * rule_.num_experts / ranks());
  }
  [[nodiscard]] float score(double load) const {
    return static_cast<float>((mean_ + 1) / (mean_ + 1 + load));
  }

  /// Chooses by score + bias, one token after the other, and shows each token's scores first.
  void follow(std::span<const float> bias, const Choices& choices, const ScoreVisitor& visit) const {
    ScoreChooser chooser(rule_, *this, bias, choices);
    std::vector<float> scores(loads_.size());
    for (int rank = 0; rank < ranks(); ++rank) {
      std::vector<double> loads = loads_;
      for (int i = 0; i < rule_.num_experts; ++i)
        loads[at((first_expert(rank) + i) % rule_.num_experts)] += 1e-3 * i / rule_.num_experts;
      std::ranges::transform(loads, scores.begin(), [&](double load) { return score(load); });
      const auto r = at(rank);
      for (std::int64_t token = first_token_[r]; token < first_token_[r + 1]; ++token) {
        if (visit) visit(token, scores);
        for (const std::int32_t expert : chooser(token, scores)) {
          const auto e = at(expert);
          scores[e] = score(++loads[e]);
        }
      }
    }
  }

  ExpertParallel rule_;
  std::vector<std::int64_t> first_token_;
  std::vector<double> loads_;  // a device's share, at the start of the step
  double mean_ = 0;
};

}  // namespace

std::unique_ptr<Ranking> make_load_based(const Scenario& scenario, RouterState& state) {
  std::vector<double> share = state.assigned_load;
  share.resize(static_cast<std::size_t>(scenario.expert_parallel.num_experts));
  for (double& load : share) load /= static_cast<double>(scenario.workload.tokens_per_device.size());
  return std::make_unique<LoadBasedRanking>(scenario.expert_parallel, scenario.workload, std::move(share));
}

}  // namespace epsim
