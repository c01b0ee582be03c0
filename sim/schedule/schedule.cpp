#include "sim/schedule/schedule.hpp"

namespace epsim {

PartId Schedule::add_part(Part part) {
  parts_.push_back(part);
  return static_cast<PartId>(parts_.size() - 1);
}

StreamId Schedule::stream(DeviceId device, StreamKind kind, int lane, int window) {
  const std::uint64_t key = (static_cast<std::uint64_t>(device) << 16) |
                            (static_cast<std::uint64_t>(kind) << 8) | static_cast<std::uint64_t>(lane);
  const auto [entry, is_new] = stream_index_.try_emplace(key, static_cast<StreamId>(streams_.size()));
  if (is_new) streams_.push_back({device, kind, lane, window});
  return entry->second;
}

OpId Schedule::add(OpKind kind, PartId part, StreamId stream, DeviceId peer, Bytes bytes, Seconds seconds,
                   std::int32_t slot, std::span<const OpId> after, Work work) {
  kind_.push_back(kind);
  work_.push_back(work);
  part_.push_back(part);
  stream_.push_back(stream);
  peer_.push_back(peer);
  bytes_.push_back(bytes);
  seconds_.push_back(seconds);
  slot_.push_back(slot);
  after_.insert(after_.end(), after.begin(), after.end());
  after_begin_.push_back(after_.size());
  payload_begin_.push_back(payload_.size());
  return size() - 1;
}

OpId Schedule::add_transfer(PartId part, StreamId stream, DeviceId peer, Bytes bytes,
                            std::span<const Rectangle> payload, std::span<const OpId> after) {
  payload_.insert(payload_.end(), payload.begin(), payload.end());
  const std::int32_t slot = payload.size() == 1 ? payload.front().slot : -1;
  return add(OpKind::transfer, part, stream, peer, bytes, 0, slot, after);
}

OpId Schedule::add_computation(PartId part, StreamId stream, Seconds seconds, std::span<const OpId> after,
                               std::int32_t slot, Work work) {
  return add(OpKind::computation, part, stream, -1, 0, seconds, slot, after, work);
}

OpId Schedule::add_join(PartId part, std::span<const OpId> after) {
  return add(OpKind::join, part, no_stream, -1, 0, 0, -1, after);
}

std::vector<std::pair<DeviceId, DeviceId>> Schedule::used_pairs() const {
  std::vector<std::pair<DeviceId, DeviceId>> pairs;
  for (OpId op = 0; op < size(); ++op)
    if (kind(op) == OpKind::transfer) pairs.emplace_back(device(op), peer(op));
  return pairs;
}

std::vector<std::vector<OpId>> Schedule::ops_of_streams() const {
  std::vector<std::vector<OpId>> ops(streams_.size());
  for (OpId op = 0; op < size(); ++op)
    if (stream_[op] != no_stream) ops[stream_[op]].push_back(op);
  return ops;
}

}  // namespace epsim
