#include "sim/lowering.hpp"

#include <map>
#include <set>
#include <utility>

#include "platforms/indexing.hpp"

namespace epsim {
namespace {

using PartDevice = std::pair<PartId, DeviceId>;

/// How many other devices each one sends to or receives from, by part.
std::map<PartDevice, int> count_peers(const Schedule& schedule) {
  std::set<std::pair<PartDevice, DeviceId>> met;
  std::map<PartDevice, int> peers;
  const auto meet = [&](PartDevice here, DeviceId there) {
    if (met.insert({here, there}).second) ++peers[here];
  };
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (schedule.kind(op) != OpKind::transfer) continue;
    meet({schedule.part_of(op), schedule.device(op)}, schedule.peer(op));
    meet({schedule.part_of(op), schedule.peer(op)}, schedule.device(op));
  }
  return peers;
}

/// Copies a schedule operation by operation, putting the transport's overheads in front of the transfers.
class Lowering {
 public:
  Lowering(const Schedule& original, const Transport& transport, const PartEntries& entries)
      : original_(original), transport_(transport), start_ups_(original, transport), entries_(entries) {
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
    if (original_.kind(op) == OpKind::join) return lowered_.add_join(part, after_);
    const StreamId stream = original_.stream_of(op);
    if (original_.streams()[stream].kind != StreamKind::compute) start_up(part, stream, original_.device(op));
    if (original_.kind(op) == OpKind::computation)
      return lowered_.add_computation(part, stream, original_.seconds(op), after_, original_.slot(op),
                                      original_.work(op));
    if (transport_.message_overhead > 0)
      lowered_.add_computation(part, stream, transport_.message_overhead, after_, -1, Work::message_overhead);
    return lowered_.add_transfer(part, stream, original_.peer(op), original_.bytes(op), original_.payload(op),
                                 after_);
  }

  /// The device enters the phase once, when its first operation of it could be issued; every stream of it
  /// spends the start-up from that moment.
  void start_up(PartId part, StreamId stream, DeviceId device) {
    if (!started_.insert({part, stream}).second) return;
    const auto [entered, is_first] = entered_.try_emplace({part, device}, entry(part, device));
    const Seconds seconds = start_ups_.of(part, device);
    if (seconds > 0) lowered_.add_computation(part, stream, seconds, entered->second, -1, Work::start_up);
  }

  /// In the lowered schedule.
  [[nodiscard]] std::vector<OpId> entry(PartId part, DeviceId device) const {
    const auto found = entries_.find({part, device});
    if (found == entries_.end()) return after_;
    std::vector<OpId> ops;
    for (const OpId op : found->second) ops.push_back(new_id_[op]);
    return ops;
  }

  const Schedule& original_;
  const Transport& transport_;
  StartUps start_ups_;
  const PartEntries& entries_;
  Schedule lowered_;
  std::vector<OpId> new_id_;
  std::vector<OpId> after_;
  std::map<PartDevice, std::vector<OpId>> entered_;
  std::set<std::pair<PartId, StreamId>> started_;
};

}  // namespace

StartUps::StartUps(const Schedule& schedule, const Transport& transport) : transport_(transport) {
  if (transport.start_up_per_peer > 0) peers_ = count_peers(schedule);
}

Seconds StartUps::of(PartId part, DeviceId device) const {
  const auto found = peers_.find({part, device});
  return transport_.start_up + transport_.start_up_per_peer * (found == peers_.end() ? 0 : found->second);
}

std::vector<BytesPerSecond> achieved_bandwidth(const Topology& topology, const Transport& transport) {
  std::vector<BytesPerSecond> bandwidth;
  for (const Link& link : topology.links())
    bandwidth.push_back(link.bandwidth * (link.link_class == LinkClass::scale_up
                                              ? transport.scale_up_share
                                              : transport.scale_out_share));
  if (const auto cap = transport.device_cap())
    bandwidth.insert(bandwidth.end(), 2 * at(topology.device_count()), *cap);
  return bandwidth;
}

LoweredSchedule lower(Schedule schedule, const Transport& transport, const Topology& topology,
                      const PartEntries& entries) {
  const bool has_overheads =
      transport.start_up > 0 || transport.start_up_per_peer > 0 || transport.message_overhead > 0;
  return {has_overheads ? Lowering(schedule, transport, entries).run() : std::move(schedule),
          achieved_bandwidth(topology, transport), transport.half_size};
}

Routes routes_of(const Schedule& schedule, const Transport& transport, const Topology& topology) {
  return {topology, schedule.used_pairs(),
          transport.device_cap() ? DeviceCaps::on_every_route : DeviceCaps::none};
}

}  // namespace epsim
