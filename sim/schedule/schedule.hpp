// The Schedule: what every device does, as plain data. It stands between the patterns that generate it and
// the engines that run it, can be printed (text.hpp) and proved right (check.hpp).
//
// An operation is
//   * a transfer: bytes from the stream's device to a peer, naming the payload it carries;
//   * a computation: seconds on the stream's device;
//   * a join: takes no time and belongs to no stream; it has finished when the operations it follows have.
// An operation may start when all the operations it follows have finished *and* its stream issues it. A
// stream that sends issues its operations in order: a computation (a transport's overhead) occupies it until
// it ends; a transfer does not, but at most `window` of the stream's transfers are in flight (0: no limit), a
// slot frees at delivery. A compute stream does one computation at a time and takes whichever is ready; of
// several that are ready in one moment the lowest operation, so that no expert waits for another one's input.
//
// Invariants: an operation follows only earlier operations' ids when built in order (generators do;
// check_schedule proves it acyclic in any case); bytes > 0; a transfer's two devices differ.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "platforms/names.hpp"
#include "platforms/topology.hpp"
#include "platforms/units.hpp"
#include "sim/group.hpp"
#include "sim/phase.hpp"
#include "sim/scenario.hpp"

namespace epsim {

using OpId = std::uint32_t;
using StreamId = std::uint32_t;
using PartId = std::uint32_t;
inline constexpr StreamId no_stream = std::numeric_limits<StreamId>::max();

enum class OpKind : std::uint8_t { transfer, computation, join };
/// What a computation is: the device's own work (gate, experts), or one of a transport's costs.
enum class Work : std::uint8_t { device, start_up, message_overhead, least_duration };
/// What a device's stream works on. `scale_up` and `scale_out` issue transfers inside a node and between
/// nodes.
enum class StreamKind : std::uint8_t { compute, scale_up, scale_out };
template <>
struct Names<OpKind> {
  static constexpr auto values = name_list("transfer", "computation", "join");
};
template <>
struct Names<StreamKind> {
  static constexpr auto values = name_list("compute", "scale_up", "scale_out");
};

struct Stream {
  DeviceId device = 0;
  StreamKind kind = StreamKind::compute;
  int lane = 0;    ///< tells several streams of one kind on a device apart
  int window = 0;  ///< transfers in flight; 0: no limit

  /// Issues its operations in order; otherwise as they become ready.
  [[nodiscard]] bool in_order() const { return kind != StreamKind::compute; }
};

/// One phase of one layer. A payload's chunks are counted within its part.
struct Part {
  Phase phase = Phase::gate;
  Deduplication deduplicate = Deduplication::none;
  int chunks = 1;
  int chunk_tokens = 0;  ///< of a home in a chunk; 0: chunks are not of so many tokens
};

/// The ranks first, first + stride, ... (count of them), modulo the group's size.
struct RankRange {
  Rank first = 0;
  int count = 1;
  int stride = 1;
  bool operator==(const RankRange&) const = default;
};

/// What a transfer carries: for every source and destination rank in the two ranges, the chunks
/// [chunk_begin, chunk_end) of what the source owes the destination. In dispatch a source is a token's home
/// and a destination the expert's rank; in combine the other way round. `slot` >= 0 restricts it to the
/// selections of one expert slot.
struct Rectangle {
  RankRange sources;
  RankRange destinations;
  std::int32_t slot = -1;
  std::int32_t chunk_begin = 0;
  std::int32_t chunk_end = 1;
  bool operator==(const Rectangle&) const = default;
};

class Schedule {
 public:
  PartId add_part(Part part);
  /// The device's stream of that kind and lane; made on first use. The window is the one given first.
  StreamId stream(DeviceId device, StreamKind kind, int lane = 0, int window = 0);

  OpId add_transfer(PartId part, StreamId stream, DeviceId peer, Bytes bytes,
                    std::span<const Rectangle> payload, std::span<const OpId> after);
  /// `slot` names the expert slot it computes, -1: none.
  OpId add_computation(PartId part, StreamId stream, Seconds seconds, std::span<const OpId> after,
                       std::int32_t slot = -1, Work work = Work::device);
  OpId add_join(PartId part, std::span<const OpId> after);

  [[nodiscard]] OpId size() const { return static_cast<OpId>(kind_.size()); }
  [[nodiscard]] OpKind kind(OpId op) const { return kind_[op]; }
  [[nodiscard]] PartId part_of(OpId op) const { return part_[op]; }
  [[nodiscard]] Phase phase(OpId op) const { return parts_[part_[op]].phase; }
  [[nodiscard]] StreamId stream_of(OpId op) const { return stream_[op]; }
  /// The device whose stream issues it: a transfer's sender. Precondition: not a join.
  [[nodiscard]] DeviceId device(OpId op) const { return streams_[stream_[op]].device; }
  /// A transfer's receiver.
  [[nodiscard]] DeviceId peer(OpId op) const { return peer_[op]; }
  [[nodiscard]] Bytes bytes(OpId op) const { return bytes_[op]; }        ///< transfers, else 0
  [[nodiscard]] Seconds seconds(OpId op) const { return seconds_[op]; }  ///< computations, else 0
  [[nodiscard]] std::int32_t slot(OpId op) const { return slot_[op]; }
  [[nodiscard]] Work work(OpId op) const { return work_[op]; }  ///< of a computation
  [[nodiscard]] std::span<const OpId> after(OpId op) const {
    return {after_.data() + after_begin_[op], after_begin_[op + 1] - after_begin_[op]};
  }
  [[nodiscard]] std::span<const Rectangle> payload(OpId op) const {
    return {payload_.data() + payload_begin_[op], payload_begin_[op + 1] - payload_begin_[op]};
  }
  [[nodiscard]] const std::vector<Stream>& streams() const { return streams_; }
  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }

  /// Change what there is, for a run under other conditions.
  void set_seconds(OpId computation, Seconds seconds) { seconds_[computation] = seconds; }
  void set_window(StreamId stream, int window) { streams_[stream].window = window; }

  /// The (sender, receiver) of every transfer, in order.
  [[nodiscard]] std::vector<std::pair<DeviceId, DeviceId>> used_pairs() const;

  /// The operations of every stream, ascending: of a stream in order the order of issue.
  [[nodiscard]] std::vector<std::vector<OpId>> ops_of_streams() const;

 private:
  OpId add(OpKind kind, PartId part, StreamId stream, DeviceId peer, Bytes bytes, Seconds seconds,
           std::int32_t slot, std::span<const OpId> after, Work work = Work::device);

  std::vector<Part> parts_;
  std::vector<Stream> streams_;
  std::unordered_map<std::uint64_t, StreamId> stream_index_;
  std::vector<OpKind> kind_;
  std::vector<Work> work_;
  std::vector<PartId> part_;
  std::vector<StreamId> stream_;
  std::vector<DeviceId> peer_;
  std::vector<Bytes> bytes_;
  std::vector<Seconds> seconds_;
  std::vector<std::int32_t> slot_;
  std::vector<std::size_t> after_begin_ = {0};
  std::vector<OpId> after_;
  std::vector<std::size_t> payload_begin_ = {0};
  std::vector<Rectangle> payload_;
};

}  // namespace epsim
