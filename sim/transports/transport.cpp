#include "sim/transports/transport.hpp"

#include <array>
#include <map>
#include <set>
#include <utility>

namespace epsim {
namespace {

/// Copies a schedule operation by operation, putting the transport's overheads in front of the transfers.
class Lowering {
 public:
  Lowering(const Schedule& original, const Transport& transport)
      : original_(original), transport_(transport) {
    for (const Part& part : original.parts()) lowered_.add_part(part);
    for (const Stream& stream : original.streams())
      lowered_.stream(stream.device, stream.kind, stream.lane, stream.window);
    new_id_.reserve(original.size());
  }

  Schedule run() {
    for (OpId op = 0; op < original_.size(); ++op) new_id_.push_back(copy(op));
    return std::move(lowered_);
  }

 private:
  OpId copy(OpId op) {
    after_.clear();
    for (const OpId followed : original_.after(op)) after_.push_back(new_id_[followed]);
    const PartId part = original_.part_of(op);
    switch (original_.kind(op)) {
      case OpKind::join:
        return lowered_.add_join(part, after_);
      case OpKind::computation:
        return lowered_.add_computation(part, original_.stream_of(op), original_.seconds(op), after_,
                                        original_.slot(op));
      case OpKind::transfer:
        break;
    }
    add_overheads(op);
    return lowered_.add_transfer(part, original_.stream_of(op), original_.peer(op), original_.bytes(op),
                                 original_.payload(op), after_);
  }

  void add_overheads(OpId transfer) {
    const PartId part = original_.part_of(transfer);
    const StreamId stream = original_.stream_of(transfer);
    if (transport_.start_up > 0) start_up(part, stream, original_.device(transfer));
    if (transport_.message_overhead > 0)
      lowered_.add_computation(part, stream, transport_.message_overhead, after_);
  }

  /// The device enters the phase once, when its first transfer of it could be issued; every stream it sends
  /// on spends the start-up from that moment.
  void start_up(PartId part, StreamId stream, DeviceId device) {
    const auto [entered, is_first] = entered_.try_emplace({part, device}, after_);
    if (started_.insert({part, stream}).second)
      lowered_.add_computation(part, stream, transport_.start_up, entered->second);
  }

  const Schedule& original_;
  const Transport& transport_;
  Schedule lowered_;
  std::vector<OpId> new_id_;
  std::vector<OpId> after_;
  std::map<std::pair<PartId, DeviceId>, std::vector<OpId>> entered_;
  std::set<std::pair<PartId, StreamId>> started_;
};

}  // namespace

std::vector<BytesPerSecond> achieved_bandwidth(const Topology& topology, const Transport& transport) {
  std::vector<BytesPerSecond> bandwidth;
  for (const Link& link : topology.links())
    bandwidth.push_back(link.bandwidth * (link.link_class == LinkClass::scale_up
                                              ? transport.scale_up_share
                                              : transport.scale_out_share));
  return bandwidth;
}

LoweredSchedule lower(Schedule schedule, const Transport& transport, const Topology& topology) {
  const bool has_overheads = transport.start_up > 0 || transport.message_overhead > 0;
  return {has_overheads ? Lowering(schedule, transport).run() : std::move(schedule),
          achieved_bandwidth(topology, transport)};
}

std::span<const TransportPreset> transport_presets() {
  static const std::array<TransportPreset, 4> presets = {{
      {{"ideal", 0, 0, 1, 1}, "no software cost: results equal closed forms"},
      {{"nccl", 10e-6, 1e-6, 0.8, 0.95},
       "NVLink send/recv 320-396 of 450 GB/s on H100 and 726-740 of 900 GB/s on B200; 47.9 of 50 GB/s per "
       "NIC "
       "(nccl-tests alltoall_perf); start-up and overhead per message are estimates, not calibrated"},
      {{"deepep_normal", 30e-6, 0.5e-6, 0.7, 0.9},
       "DeepEP's published normal kernels on H800: 134-138 of 200 GB/s on NVLink and 43-44 of 50 GB/s per "
       "NIC on the "
       "wire; start-up and overhead per message are estimates, not calibrated"},
      {{"deepep_low_latency", 10e-6, 0.1e-6, 0.7, 0.9},
       "DeepEP's low-latency kernels on H800, shares as deepep_normal; start-up and overhead per message are "
       "estimates, not calibrated"},
  }};
  return presets;
}

std::string label_of(const Transport& transport) {
  for (const TransportPreset& preset : transport_presets())
    if (preset.transport == transport) return transport.name;
  return transport.name + ", modified";
}

}  // namespace epsim
