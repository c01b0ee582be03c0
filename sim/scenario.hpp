// The validated description of one experiment: everything that `simulate` needs, with every default filled
// in. Plain values; the scenario reader (scenarios/) turns JSON into it and a Scenario cannot be invalid.
// Sizes are per step of one MoE layer.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platforms/names.hpp"
#include "platforms/platform.hpp"
#include "platforms/units.hpp"
#include "sim/matrix.hpp"
#include "sim/pattern_options.hpp"
#include "sim/transports/transport.hpp"

namespace epsim {

enum class RoutingStrategy : std::uint8_t {
  learned_gating,
  hash_based,
  random,
  load_based,
  similarity_based
};
enum class LoadBalancing : std::uint8_t {
  token_choice_based,
  expert_choice_based,
  dynamic,
  round_robin,
  load_aware
};
/// A place in the table of patterns (sim/patterns/patterns.cpp); these are the places that code or tests
/// speak of.
enum class PatternKind : std::uint8_t { all_to_all, point_to_point, hierarchical, ring };
enum class GateKind : std::uint8_t { softmax, sigmoid };
enum class GroupScore : std::uint8_t { max, top2_sum };
/// Which of an expert's replicas a selection goes to; see choose_slots.
enum class ReplicaChoice : std::uint8_t { nearest, round_robin, random };
/// What is merged before it travels; see sim/patterns/README.md.
enum class Deduplication : std::uint8_t { none, device, node };
enum class DataType : std::uint8_t { fp8, bf16, nvfp4, mxfp4 };
/// Distributions of the experts' expected loads; see sim/routing/popularity.hpp.
enum class PopularityKind : std::uint8_t { log_normal, power_law, hot };
/// `automatic`: SimGrid while that is quick, the fluid engine above (choose_engine.hpp).
enum class EngineKind : std::uint8_t { simgrid, fluid, automatic };

template <>
struct Names<RoutingStrategy> {
  static constexpr auto values =
      name_list("learned_gating", "hash_based", "random", "load_based", "similarity_based");
};
template <>
struct Names<LoadBalancing> {
  static constexpr auto values =
      name_list("token_choice_based", "expert_choice_based", "dynamic", "round_robin", "load_aware");
};
template <>
struct Names<GateKind> {
  static constexpr auto values = name_list("softmax", "sigmoid");
};
template <>
struct Names<GroupScore> {
  static constexpr auto values = name_list("max", "top2_sum");
};
template <>
struct Names<ReplicaChoice> {
  static constexpr auto values = name_list("nearest", "round_robin", "random");
};
template <>
struct Names<Deduplication> {
  static constexpr auto values = name_list("none", "device", "node");
};
template <>
struct Names<DataType> {
  static constexpr auto values = name_list("fp8", "bf16", "nvfp4", "mxfp4");
};
template <>
struct Names<PopularityKind> {
  static constexpr auto values = name_list("log_normal", "power_law", "hot");
};
template <>
struct Names<EngineKind> {
  static constexpr auto values = name_list("simgrid", "fluid", "auto");
};

/// Shape of the MoE layer. Source of the presets: the models' published configurations.
struct ModelShape {
  std::string name;  ///< preset name, or empty
  int hidden = 4096;
  int expert_intermediate = 14336;  ///< moe_ff: width of one expert's FFN
};

struct ExpertParallel {
  int num_experts = 8;
  int experts_per_device = 2;  ///< slots per device
  int expert_parallel_size = 4;
  int top_k = 2;
  RoutingStrategy routing_strategy = RoutingStrategy::learned_gating;
  LoadBalancing load_balancing = LoadBalancing::token_choice_based;
  PatternKind communication_pattern = PatternKind::all_to_all;
  double capacity_factor = 1.25;
  bool drop_tokens = false;
  bool use_auxiliary_loss = true;  ///< its gradient moves the gate's biases from step to step
  double auxiliary_loss_weight = 0.01;
  double auxiliary_loss_learning_rate = 100;  ///< a bias moves by this times the gradient, per step
  GateKind gate = GateKind::softmax;
  int expert_groups = 1;  ///< equal groups of consecutive experts; 1: no group limit
  int kept_groups = 1;
  GroupScore group_score = GroupScore::top2_sum;
  double bias_update_rate =
      0.001;                  ///< load_aware: what an expert's bias moves per step, in units of the score
  int min_capacity = 0;       ///< least capacity per source device and expert
  int redundant_experts = 0;  ///< slots beyond num_experts, for replicas
  ReplicaChoice replica_choice = ReplicaChoice::nearest;
  int rebalance_interval = 10;   ///< dynamic: steps between rebalancings
  bool pad_to_capacity = false;  ///< send blocks of the capacity, filled up, as GShard and Switch do
};

struct RecordedRouting;

/// Recorded routing in place of the synthetic gate's.
struct Trace {
  std::string file;          ///< empty: none
  std::string format;        ///< megatron, csv or loads
  std::optional<int> layer;  ///< that is used; empty without a file
  /// Of megatron and csv: the tokens of every step; loads are in Workload::log_popularity.
  std::shared_ptr<const RecordedRouting> recorded;

  [[nodiscard]] bool has_tokens() const { return recorded != nullptr; }
};

/// What tokens are about: runs of consecutive tokens share a topic, a direction of the embedding space.
struct Topics {
  int count = 0;               ///< 0: every token for itself
  double concentration = 0.5;  ///< share of the embeddings' variance that lies in the topic, 0 to 1
  int tokens = 256;            ///< consecutive tokens of one topic
};

struct Popularity {
  PopularityKind kind = PopularityKind::log_normal;  ///< with Workload::skew as sigma
  double alpha = 0;                                  ///< power_law
  int hot_experts = 0;                               ///< hot: how many,
  std::vector<int> hot_list;                         ///< or which; ascending
  double hot_share = 0;                              ///< of all selections
};

struct Workload {
  std::vector<int> tokens_per_device;  ///< one number per rank
  int steps = 1;
  std::uint64_t seed = 1;
  double skew = 0;  ///< standard deviation of the logarithms of the expected expert loads
  Popularity popularity;
  int embedding_dim = 64;  ///< of the synthetic token embeddings
  Topics topics;
  /// 0 to 1: the experts' log loads are a stationary random walk whose correlation from one step to the next
  /// is sqrt(1 - drift^2); 0: the same popularity for ever, 1: a new one every step.
  double drift = 0;
  Trace trace;
  /// Recorded, or drawn for a popularity that is not log_normal: per expert, in units of skew; empty: from
  /// the seed.
  std::vector<double> log_popularity;
  int simulate_every = 1;  ///< the network runs in every so-manieth step and the last; routing in all
};

struct Payload {
  DataType dispatch = DataType::bf16;
  DataType combine = DataType::bf16;
  DataType weights = DataType::bf16;  ///< expert weights and the grouped GEMM
  Bytes dispatch_bytes_per_copy = 0;  ///< one token vector on the wire, scales included
  Bytes combine_bytes_per_copy = 0;
};

struct Scenario {
  std::string name;
  std::string question;  ///< what the scenario is for; may be empty
  std::string expect;    ///< what it should show; may be empty
  ModelShape model;
  PlatformSpec platform;
  Transport transport;  ///< of patterns without one of their own, and of weights that move
  std::map<PatternKind, Transport> pattern_transports;
  ExpertParallel expert_parallel;
  Workload workload;
  Payload payload;
  PatternOptions patterns;
  bool barriers = false;  ///< separate the phases by barriers, as a kernel benchmark does
  /// Network-only study: bytes[source][destination], no router, dispatch phase alone. The diagonal never
  /// touches the network.
  std::optional<Matrix<Bytes>> direct_traffic;
  EngineKind engine = EngineKind::simgrid;
  /// Of the fluid engine, relative to the run's least possible duration; 0: exact. See fluid_solver.hpp.
  double resolution = 2e-3;

  /// Number of ranks: expert_parallel_size, or the matrix's size for direct traffic.
  [[nodiscard]] int ranks() const;
  /// The pattern's own transport, else the scenario's.
  [[nodiscard]] const Transport& transport_of(PatternKind kind) const;
};

/// Bytes of one token vector. bf16: 2 * hidden; fp8: hidden, and 4 bytes of scale per started 128 elements,
/// as DeepSeek-V3 quantizes; nvfp4 and mxfp4: hidden / 2, and a byte of scale per started 16 or 32 elements.
[[nodiscard]] Bytes bytes_per_token(DataType type, int hidden);

/// Of one weight, with its share of the scales: bf16 2, fp8 1 (its scales are of 128 x 128 weights), nvfp4
/// 1/2 + 1/16, mxfp4 1/2 + 1/32.
[[nodiscard]] double bytes_per_weight(DataType type);

/// Weights of one expert: three matrices (SwiGLU) of hidden x expert_intermediate values.
[[nodiscard]] Bytes expert_bytes(const ModelShape& model, DataType type);

}  // namespace epsim
