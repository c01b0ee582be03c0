#include "scenarios/reader/expert_parallel_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "scenarios/reader/choices.hpp"
#include "scenarios/reader/limits.hpp"

namespace epsim {
namespace {

/// What the file or the model said of the numbers that hang together.
struct Sizes {
  std::optional<std::int64_t> experts;
  std::optional<std::int64_t> slots;  ///< per device
  std::optional<std::int64_t> ranks;
  std::int64_t redundant = 0;
};

struct DerivedSizes {
  std::int64_t experts;
  std::int64_t slots;
  std::int64_t ranks;
  std::int64_t redundant;

  /// Of all slots.
  [[nodiscard]] std::int64_t copies() const { return experts + redundant; }
};

DerivedSizes derive(const Sizes& given, int devices) {
  const std::int64_t copies = given.experts.value_or(0) + given.redundant;
  const bool ranks_follow = given.experts && given.slots && copies % *given.slots == 0;
  const std::int64_t ranks = given.ranks.value_or(ranks_follow ? copies / *given.slots : devices);
  const std::int64_t slots =
      given.slots.value_or(given.experts ? copies / ranks : ExpertParallel{}.experts_per_device);
  return {given.experts.value_or(std::max<std::int64_t>(1, slots * ranks - given.redundant)), slots, ranks,
          given.redundant};
}

std::int64_t largest_divisor(std::int64_t number, std::int64_t at_most) {
  std::int64_t divisor = std::min(number, at_most);
  while (number % divisor != 0) --divisor;
  return divisor;
}

/// "num_experts (256)", with what is redundant.
std::string copies_text(const DerivedSizes& sizes) {
  if (sizes.redundant == 0) return fmt::format("num_experts ({})", sizes.experts);
  return fmt::format("num_experts ({}) + redundant_experts ({})", sizes.experts, sizes.redundant);
}

void explain_uneven(JsonObject& object, const DerivedSizes& sizes, int devices) {
  const std::int64_t fitting = largest_divisor(sizes.copies(), std::min<std::int64_t>(sizes.ranks, devices));
  const std::int64_t missing = (sizes.ranks - sizes.copies() % sizes.ranks) % sizes.ranks;
  object.add_problem("expert_parallel_size",
                     fmt::format("{} cannot be dealt evenly to {} devices", copies_text(sizes), sizes.ranks),
                     sizes.redundant > 0
                         ? fmt::format("set expert_parallel_size to {} or redundant_experts to {}", fitting,
                                       sizes.redundant + missing)
                         : fmt::format("set expert_parallel_size to {} or num_experts to {}", fitting,
                                       std::max<std::int64_t>(1, sizes.experts / sizes.ranks) * sizes.ranks));
}

void explain_product(JsonObject& object, const DerivedSizes& sizes, int devices) {
  std::vector<std::string> remedies;
  const std::int64_t product = sizes.slots * sizes.ranks;
  if (sizes.copies() % sizes.ranks == 0)
    remedies.push_back(fmt::format("experts_per_device to {}", sizes.copies() / sizes.ranks));
  if (sizes.copies() % sizes.slots == 0 && sizes.copies() / sizes.slots <= devices)
    remedies.push_back(fmt::format("expert_parallel_size to {}", sizes.copies() / sizes.slots));
  if (sizes.redundant > 0 && product > sizes.experts)
    remedies.push_back(fmt::format("redundant_experts to {}", product - sizes.experts));
  else
    remedies.push_back(
        fmt::format("num_experts to {}", std::max<std::int64_t>(1, product - sizes.redundant)));
  object.add_problem("experts_per_device",
                     fmt::format("experts_per_device ({}) x expert_parallel_size ({}) is {}, not {}",
                                 sizes.slots, sizes.ranks, product, copies_text(sizes)),
                     fmt::format("set {}", fmt::join(remedies, " or ")));
}

std::string platform_remedy(const PlatformSpec& platform, std::int64_t ranks) {
  const PlatformFacts fabric = facts_of(platform);
  return fmt::format("give at most {} or set /platform/{} to {}", fabric.devices, fabric.size_parameter,
                     (ranks + fabric.devices_per_size - 1) / fabric.devices_per_size);
}

void check_sizes(JsonObject& object, const Sizes& given, const DerivedSizes& sizes,
                 const PlatformSpec& platform) {
  const int devices = device_count(platform);
  if (sizes.ranks > devices)
    object.add_problem("expert_parallel_size",
                       fmt::format("{} is more than the platform's {} devices", sizes.ranks, devices),
                       platform_remedy(platform, sizes.ranks));
  else if (platform.ranks.order == RankOrder::listed && sizes.ranks != most_ranks(platform))
    object.add_problem("expert_parallel_size",
                       fmt::format("{} is not the number of devices that /platform/ranks lists, {}",
                                   sizes.ranks, most_ranks(platform)),
                       "list a device for each rank");
  if (sizes.slots * sizes.ranks != sizes.copies()) {
    if (given.slots)
      explain_product(object, sizes, devices);
    else
      explain_uneven(object, sizes, devices);
  }
  if (sizes.experts > limits::experts.high)
    object.add_problem("experts_per_device", fmt::format("{} experts are too many", sizes.experts),
                       fmt::format("give at most {}", limits::experts.high / sizes.ranks));
}

void read_sizes(JsonObject& object, const Model& model, const PlatformSpec* platform,
                ExpertParallel& result) {
  Sizes given{object.integer("num_experts", limits::experts),
              object.integer("experts_per_device", limits::experts),
              object.integer("expert_parallel_size", limits::devices)};
  given.redundant = object.integer("redundant_experts", limits::redundant_experts).value_or(0);
  const auto top_k = object.integer("top_k", limits::experts);
  if (!platform) return;
  const bool anything_given = given.experts || given.slots || given.ranks || top_k || given.redundant > 0;
  if (!given.experts) given.experts = model.num_experts;

  DerivedSizes sizes{result.num_experts, result.experts_per_device, result.expert_parallel_size, 0};
  if (anything_given || model.num_experts || model.top_k) sizes = derive(given, most_ranks(*platform));
  check_sizes(object, given, sizes, *platform);
  result.num_experts = static_cast<int>(sizes.experts);
  result.experts_per_device = static_cast<int>(sizes.slots);
  result.expert_parallel_size = static_cast<int>(sizes.ranks);
  result.redundant_experts = static_cast<int>(sizes.redundant);
  assign(result.top_k, model.top_k);
  assign(result.top_k, top_k);
  if (result.top_k > sizes.experts)
    object.add_problem("top_k", fmt::format("{} is more than num_experts ({})", result.top_k, sizes.experts),
                       fmt::format("give 1 to {}", sizes.experts));
}

/// Reads expert_groups; true when the file asks for one group per node.
bool read_expert_groups(JsonObject& object, ExpertParallel& result) {
  const nlohmann::json* value = object.raw("expert_groups");
  if (!value || !value->is_string()) {
    assign(result.expert_groups, object.integer("expert_groups", limits::experts));
    return false;
  }
  const auto& text = value->get_ref<const std::string&>();
  if (text == "nodes") return true;
  object.add_problem("expert_groups", in_quotes(text) + " is neither a number nor \"nodes\"",
                     "give a divisor of num_experts or \"nodes\"");
  return false;
}

void check_groups(JsonObject& object, const ExpertParallel& result) {
  const int groups = result.expert_groups;
  if (result.num_experts % groups != 0)
    return object.add_problem(
        "expert_groups", fmt::format("{} groups do not divide num_experts ({})", groups, result.num_experts),
        fmt::format("give a divisor of it, such as {}", largest_divisor(result.num_experts, groups)));
  if (result.kept_groups > groups)
    return object.add_problem("kept_groups",
                              fmt::format("{} is more than expert_groups ({})", result.kept_groups, groups),
                              fmt::format("give 1 to {}", groups));
  const int group_size = result.num_experts / groups;
  if (std::int64_t{result.kept_groups} * group_size < result.top_k)
    object.add_problem("kept_groups",
                       fmt::format("{} groups of {} experts hold fewer than top_k ({})", result.kept_groups,
                                   group_size, result.top_k),
                       fmt::format("give {} to {}", (result.top_k + group_size - 1) / group_size, groups));
}

void read_gate(JsonObject& object, const Model& model, const PlatformSpec* platform, ExpertParallel& result) {
  result.gate = model.gate;
  assign(result.gate, object.choice("gate", "a gate", choices_of<GateKind>()));
  result.group_score = model.group_score;
  assign(result.group_score, object.choice("group_score", "a group score", choices_of<GroupScore>()));
  result.expert_groups = model.expert_groups;
  const bool one_per_node = read_expert_groups(object, result);
  if (one_per_node && platform)
    result.expert_groups =
        nodes_spanned(*platform, std::min(result.expert_parallel_size, most_ranks(*platform)));
  result.kept_groups = std::min(model.kept_groups.value_or(result.expert_groups), result.expert_groups);
  assign(result.kept_groups, object.integer("kept_groups", limits::experts));
  if (one_per_node) result.kept_groups = std::min(result.kept_groups, result.expert_groups);
}

void read_balancing(JsonObject& object, ExpertParallel& result) {
  assign(result.routing_strategy,
         object.choice("routing_strategy", "a routing strategy", choices_of<RoutingStrategy>()));
  assign(result.load_balancing,
         object.choice("load_balancing", "a load balancing", choices_of<LoadBalancing>()));
  assign(result.communication_pattern,
         object.choice("communication_pattern", "a communication pattern", communication_patterns()));
  assign(result.capacity_factor, object.number("capacity_factor", limits::capacity_factor));
  assign(result.drop_tokens, object.boolean("drop_tokens"));
  assign(result.min_capacity, object.integer("min_capacity", limits::tokens_of_one));
  assign(result.pad_to_capacity, object.boolean("pad_to_capacity"));
  assign(result.bias_update_rate, object.number("bias_update_rate", limits::weight));
  assign(result.use_auxiliary_loss, object.boolean("use_auxiliary_loss"));
  assign(result.auxiliary_loss_weight, object.number("auxiliary_loss_weight", limits::weight));
  assign(result.auxiliary_loss_learning_rate,
         object.number("auxiliary_loss_learning_rate", limits::learning_rate));
}

void read_replicas(JsonObject& object, ExpertParallel& result) {
  assign(result.replica_choice,
         object.choice("replica_choice", "a choice of replicas", choices_of<ReplicaChoice>()));
  assign(result.rebalance_interval, object.integer("rebalance_interval", limits::steps));
  if (result.redundant_experts == 0) return;
  if (result.load_balancing == LoadBalancing::round_robin)
    object.add_problem("redundant_experts", "round_robin deals evenly and knows no replicas",
                       "give 0, or another load_balancing");
  if (result.pad_to_capacity)
    object.add_problem("redundant_experts",
                       "pad_to_capacity sends one block per expert and knows no replicas",
                       "give 0, or leave pad_to_capacity out");
}

}  // namespace

ExpertParallel read_expert_parallel(JsonObject object, const Model& model, const PlatformSpec* platform,
                                    std::vector<Problem>& problems) {
  const std::size_t problems_before = problems.size();
  ExpertParallel result;
  read_sizes(object, model, platform, result);
  read_gate(object, model, platform, result);
  if (platform && problems.size() == problems_before) check_groups(object, result);
  read_balancing(object, result);
  read_replicas(object, result);
  object.finish();
  return result;
}

}  // namespace epsim
