#include "analysis/exports/spans.hpp"
#include "platforms/indexing.hpp"

namespace epsim {

std::string_view span_kind(const Schedule& schedule, OpId op) {
  if (schedule.kind(op) == OpKind::transfer) return "transfer";
  const Stream& stream = schedule.streams()[schedule.stream_of(op)];
  return stream.kind == StreamKind::compute ? "computation" : "overhead";
}

std::string stream_label(const Stream& stream) {
  std::string label(name_of(stream.kind));
  if (stream.lane > 0) label += "." + std::to_string(stream.lane);
  return label;
}

std::optional<std::int32_t> expert_of(const Schedule& schedule, const ExpertPlacement& placement, OpId op) {
  const std::int32_t slot = schedule.slot(op);
  if (slot < 0 || slot >= placement.slots()) return std::nullopt;
  return placement.expert_of_slot[at(slot)];
}

}  // namespace epsim
