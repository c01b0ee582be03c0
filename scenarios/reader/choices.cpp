#include "scenarios/reader/choices.hpp"

#include <array>

namespace epsim {
namespace {

template <class E>
Choice<E> now(E value) {
  return {name_of(value), value, true};
}

}  // namespace

std::span<const Choice<RoutingStrategy>> routing_strategies() {
  static const std::array choices = {now(RoutingStrategy::learned_gating), now(RoutingStrategy::hash_based),
                                     now(RoutingStrategy::random), now(RoutingStrategy::load_based),
                                     now(RoutingStrategy::similarity_based)};
  return choices;
}

std::span<const Choice<LoadBalancing>> load_balancings() {
  static const std::array choices = {now(LoadBalancing::token_choice_based),
                                     now(LoadBalancing::expert_choice_based), now(LoadBalancing::dynamic),
                                     now(LoadBalancing::round_robin), now(LoadBalancing::load_aware)};
  return choices;
}

std::span<const Choice<PatternKind>> communication_patterns() {
  static const std::array choices = {now(PatternKind::all_to_all), now(PatternKind::point_to_point),
                                     now(PatternKind::hierarchical), now(PatternKind::ring),
                                     Choice<PatternKind>{"auto", PatternKind::all_to_all, false}};
  return choices;
}

std::span<const Choice<GateKind>> gates() {
  static const std::array choices = {now(GateKind::softmax), now(GateKind::sigmoid)};
  return choices;
}

std::span<const Choice<GroupScore>> group_scores() {
  static const std::array choices = {now(GroupScore::max), now(GroupScore::top2_sum)};
  return choices;
}

std::span<const Choice<ReplicaChoice>> replica_choices() {
  static const std::array choices = {now(ReplicaChoice::nearest), now(ReplicaChoice::round_robin),
                                     now(ReplicaChoice::random)};
  return choices;
}

std::span<const Choice<TraceFormat>> trace_formats() {
  static constexpr std::array<Choice<TraceFormat>, 3> choices = {
      {{"megatron", TraceFormat::megatron}, {"csv", TraceFormat::csv}, {"loads", TraceFormat::loads}}};
  return choices;
}

std::span<const Choice<DataType>> data_types() {
  static const std::array choices = {now(DataType::fp8), now(DataType::bf16)};
  return choices;
}

std::span<const Choice<EngineKind>> engines() {
  static const std::array choices = {now(EngineKind::simgrid), now(EngineKind::fluid),
                                     now(EngineKind::automatic)};
  return choices;
}

std::span<const Choice<Deduplication>> deduplications() {
  static const std::array choices = {now(Deduplication::none), now(Deduplication::device),
                                     now(Deduplication::node)};
  return choices;
}

std::span<const Choice<Deduplication>> pair_deduplications() {
  return deduplications().first(2);
}

std::span<const Choice<AllToAllOptions::Algorithm>> all_to_all_algorithms() {
  using enum AllToAllOptions::Algorithm;
  static constexpr std::array<Choice<AllToAllOptions::Algorithm>, 3> choices = {
      {{"direct", direct}, {"pairwise", pairwise}, {"bruck", direct, false}}};
  return choices;
}

std::span<const Choice<PointToPointOptions::Granularity>> granularities() {
  using enum PointToPointOptions::Granularity;
  static constexpr std::array<Choice<PointToPointOptions::Granularity>, 2> choices = {
      {{"expert", expert}, {"device", device}}};
  return choices;
}

}  // namespace epsim
