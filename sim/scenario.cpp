#include "sim/scenario.hpp"

#include <array>

namespace epsim {
namespace {

/// The name at an enumerator's place in its list.
template <class E, std::size_t count>
std::string_view name_at(const std::array<std::string_view, count>& names, E value) {
  return names.at(static_cast<std::size_t>(value));
}

}  // namespace

int Scenario::ranks() const {
  return direct_traffic ? direct_traffic->rows() : expert_parallel.expert_parallel_size;
}

std::string_view name_of(RoutingStrategy value) {
  static constexpr std::array<std::string_view, 5> names = {"learned_gating", "hash_based", "random",
                                                            "load_based", "similarity_based"};
  return name_at(names, value);
}

std::string_view name_of(LoadBalancing value) {
  static constexpr std::array<std::string_view, 5> names = {"token_choice_based", "expert_choice_based",
                                                            "dynamic", "round_robin", "load_aware"};
  return name_at(names, value);
}

std::string_view name_of(PatternKind value) {
  static constexpr std::array<std::string_view, 4> names = {"all_to_all", "point_to_point", "hierarchical",
                                                            "ring"};
  return name_at(names, value);
}

std::string_view name_of(GateKind value) {
  static constexpr std::array<std::string_view, 2> names = {"softmax", "sigmoid"};
  return name_at(names, value);
}

std::string_view name_of(GroupScore value) {
  static constexpr std::array<std::string_view, 2> names = {"max", "top2_sum"};
  return name_at(names, value);
}

std::string_view name_of(ReplicaChoice value) {
  static constexpr std::array<std::string_view, 3> names = {"nearest", "round_robin", "random"};
  return name_at(names, value);
}

std::string_view name_of(Deduplication value) {
  static constexpr std::array<std::string_view, 3> names = {"none", "device", "node"};
  return name_at(names, value);
}

std::string_view name_of(DataType value) {
  static constexpr std::array<std::string_view, 2> names = {"fp8", "bf16"};
  return name_at(names, value);
}

std::string_view name_of(EngineKind value) {
  static constexpr std::array<std::string_view, 3> names = {"simgrid", "fluid", "auto"};
  return name_at(names, value);
}

Bytes bytes_per_token(DataType type, int hidden) {
  if (type == DataType::bf16) return Bytes{2} * hidden;
  constexpr Bytes block = 128;  // elements that share one 4-byte scale, as DeepSeek-V3 quantizes
  return hidden + 4 * ((hidden + block - 1) / block);
}

Bytes expert_bytes(const ModelShape& model, DataType type) {
  return Bytes{3} * model.hidden * model.expert_intermediate * (type == DataType::fp8 ? 1 : 2);
}

}  // namespace epsim
