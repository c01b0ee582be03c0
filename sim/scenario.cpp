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
  const auto blocks = [&](Bytes elements) { return (hidden + elements - 1) / elements; };
  switch (type) {
    case DataType::bf16:
      return Bytes{2} * hidden;
    case DataType::fp8:
      return hidden + 4 * blocks(128);
    case DataType::nvfp4:
      return (hidden + 1) / 2 + blocks(16);
    case DataType::mxfp4:
      return (hidden + 1) / 2 + blocks(32);
  }
  return 0;
}

double bytes_per_weight(DataType type) {
  switch (type) {
    case DataType::bf16:
      return 2;
    case DataType::fp8:
      return 1;
    case DataType::nvfp4:
      return 0.5 + 1.0 / 16;
    case DataType::mxfp4:
      return 0.5 + 1.0 / 32;
  }
  return 0;
}

Bytes expert_bytes(const ModelShape& model, DataType type) {
  const double weights = 3.0 * model.hidden * model.expert_intermediate;
  return static_cast<Bytes>(weights * bytes_per_weight(type));
}

}  // namespace epsim
