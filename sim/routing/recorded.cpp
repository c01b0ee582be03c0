#include "sim/routing/recorded.hpp"

#include <algorithm>

#include "platforms/indexing.hpp"
#include "sim/routing/ranking.hpp"

namespace epsim {
namespace {

/// What was recorded is final: there are no scores, so only balancings that need none can use it.
class RecordedRanking final : public Ranking {
 public:
  explicit RecordedRanking(const RecordedStep& step, int top_k) : step_(step), top_k_(top_k) {}

  [[nodiscard]] bool has_gate() const override { return false; }
  void for_each_token(const ScoreVisitor&) const override {}

  void choose(std::span<const float>, const Choices& choices) const override {
    std::ranges::copy(step_.expert, choices.expert.begin());
    if (step_.weight.empty())
      std::ranges::fill(choices.weight, 1.0F / static_cast<float>(top_k_));
    else
      std::ranges::copy(step_.weight, choices.weight.begin());
  }

 private:
  const RecordedStep& step_;
  int top_k_;
};

const RecordedStep& recorded_step(const Scenario& scenario, int step) {
  return scenario.workload.trace.recorded->steps[at(step)];
}

}  // namespace

std::unique_ptr<Ranking> make_recorded(const Scenario& scenario, RouterState& state) {
  return std::make_unique<RecordedRanking>(recorded_step(scenario, state.step),
                                           scenario.expert_parallel.top_k);
}

const std::vector<int>& tokens_of_step(const Scenario& scenario, int step) {
  return scenario.workload.trace.has_tokens() ? recorded_step(scenario, step).tokens_per_device
                                              : scenario.workload.tokens_per_device;
}

Scenario scenario_of_step(const Scenario& scenario, int step) {
  Scenario now = scenario;
  now.workload.tokens_per_device = tokens_of_step(scenario, step);
  return now;
}

}  // namespace epsim
