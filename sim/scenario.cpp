#include "sim/scenario.hpp"

namespace epsim {

int Scenario::ranks() const {
  return direct_traffic ? direct_traffic->rows() : expert_parallel.expert_parallel_size;
}

const Transport& Scenario::transport_of(PatternKind kind) const {
  const auto own = pattern_transports.find(kind);
  return own == pattern_transports.end() ? transport : own->second;
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
