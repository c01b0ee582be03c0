#include "analysis/estimate/exchange_estimate.hpp"
#include "platforms/indexing.hpp"
#include "sim/lowering.hpp"

#include <algorithm>
#include <map>

namespace epsim {
namespace {

/// Bytes that may cross a link from some moment on.
struct Release {
  Seconds ready;
  Bytes bytes;
};

/// When a link that is busy whenever somebody has bytes for it has carried them all.
Seconds carried_at(std::vector<Release> releases, BytesPerSecond bandwidth) {
  std::sort(releases.begin(), releases.end(),
            [](const Release& a, const Release& b) { return a.ready > b.ready; });
  Bytes later = 0;
  Seconds end = 0;
  for (const Release& one : releases) {
    later += one.bytes;
    end = std::max(end, one.ready + static_cast<double>(later) / bandwidth);
  }
  return end;
}

/// What one sending stream has to issue; a device has one per access link.
struct StreamLoad {
  DeviceId device = 0;
  std::int64_t messages = 0;
  Bytes bytes = 0;
  Seconds latency = 0;  ///< the longest
};

class DirectExchange {
 public:
  DirectExchange(const NetworkCost& network, std::span<const Transfer> transfers,
                 const std::vector<Seconds>& ready)
      : network_(network), transfers_(transfers), ready_(ready), releases_(network.bandwidth.size()) {
    for (const Transfer& one : transfers) add(one);
  }

  [[nodiscard]] std::vector<Seconds> done(int window) const {
    std::vector<Seconds> done = ready_;
    const std::vector<Seconds> carried = carried_by_links();
    for (const Transfer& one : transfers_) {
      const auto links = links_of(one);
      const Seconds latency = network_.routes.latency(one.source, one.destination);
      const auto wait_for = [&](DeviceId device, LinkId link) {
        const Seconds end = carried[at(link)] + network_.transport.message_overhead + latency;
        done[at(device)] = std::max(done[at(device)], end);
      };
      // A device's own port and cap, and what lies between; the other end's are the other's matter.
      const std::size_t of_end = own_links(links);
      for (std::size_t i = 0; i + of_end < links.size(); ++i) wait_for(one.source, links[i]);
      for (std::size_t i = of_end; i < links.size(); ++i) wait_for(one.destination, links[i]);
    }
    for (const auto& [link, stream] : streams_) {
      const Seconds end = ready_[at(stream.device)] +
                          issue_seconds(stream, network_.bandwidth[at(link)], window) + stream.latency;
      done[at(stream.device)] = std::max(done[at(stream.device)], end);
    }
    return done;
  }

 private:
  [[nodiscard]] std::span<const LinkId> links_of(const Transfer& one) const {
    return network_.routes.links_between(one.source, one.destination);
  }
  /// How many of a route's links at either end are that device's: its port, and its cap if it has one.
  [[nodiscard]] std::size_t own_links(std::span<const LinkId> route) const {
    return route.front() < network_.topology.link_count() ? 1 : 2;
  }

  void add(const Transfer& one) {
    const auto links = links_of(one);
    for (const LinkId link : links) releases_[at(link)].push_back({ready_[at(one.source)], one.bytes});
    StreamLoad& stream = streams_[links[own_links(links) - 1]];
    stream.device = one.source;
    ++stream.messages;
    stream.bytes += one.bytes;
    stream.latency = std::max(stream.latency, network_.routes.latency(one.source, one.destination));
  }

  [[nodiscard]] std::vector<Seconds> carried_by_links() const {
    std::vector<Seconds> carried;
    for (std::size_t link = 0; link < releases_.size(); ++link)
      carried.push_back(carried_at(releases_[link], network_.bandwidth[link]));
    return carried;
  }

  [[nodiscard]] Seconds issue_seconds(const StreamLoad& stream, BytesPerSecond bandwidth, int window) const {
    const auto messages = static_cast<double>(stream.messages);
    const Seconds overhead = network_.transport.message_overhead;
    const Seconds one = static_cast<double>(stream.bytes) / messages / bandwidth;
    const Seconds issued = messages * overhead + one;
    if (window == 0) return issued;
    // The last one's latency is added by the caller.
    return std::max(issued, messages * (stream.latency + overhead + one) / window - stream.latency);
  }

  const NetworkCost& network_;
  std::span<const Transfer> transfers_;
  const std::vector<Seconds>& ready_;
  std::vector<std::vector<Release>> releases_;  // by link
  std::map<LinkId, StreamLoad> streams_;        // by access link
};

/// Into how many pieces the window cuts the stage, by its busiest stream.
double pieces_of(std::span<const Transfer> stage, int window) {
  if (window == 0) return 1;
  std::map<DeviceId, int> messages;
  int most = 0;
  for (const Transfer& one : stage) most = std::max(most, ++messages[one.source]);
  return std::max(1.0, static_cast<double>(most) / window);
}

/// How many lanes each device sends and receives on over the same fabric.
std::map<std::pair<StreamKind, DeviceId>, std::vector<int>> lanes_of(const Schedule& schedule, bool sending) {
  std::map<std::pair<StreamKind, DeviceId>, std::vector<int>> lanes;
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (schedule.kind(op) != OpKind::transfer) continue;
    const Stream& stream = schedule.streams()[schedule.stream_of(op)];
    std::vector<int>& used = lanes[{stream.kind, sending ? stream.device : schedule.peer(op)}];
    if (std::find(used.begin(), used.end(), stream.lane) == used.end()) used.push_back(stream.lane);
  }
  return lanes;
}

}  // namespace

Seconds NetworkCost::transfer_seconds(DeviceId source, DeviceId destination, Bytes bytes,
                                      double sharing) const {
  Seconds slowest = 0;
  for (const LinkId link : routes.links_between(source, destination))
    slowest = std::max(slowest, static_cast<double>(bytes) / bandwidth[at(link)]);
  return sharing * slowest + routes.latency(source, destination);
}

std::vector<Seconds> direct_done(const NetworkCost& network, std::span<const Transfer> transfers, int window,
                                 const std::vector<Seconds>& ready) {
  return DirectExchange(network, transfers, ready).done(window);
}

std::vector<Seconds> staged_done(const NetworkCost& network, std::span<const Transfer> first,
                                 std::span<const Transfer> second, int window,
                                 const std::vector<Seconds>& ready) {
  const std::vector<Seconds> first_done = direct_done(network, first, window, ready);
  if (second.empty()) return first_done;
  const double pieces = pieces_of(first, window);
  std::vector<Seconds> second_ready = ready;
  for (std::size_t d = 0; d < ready.size(); ++d) second_ready[d] += (first_done[d] - ready[d]) / pieces;
  std::vector<Seconds> done = direct_done(network, second, window, second_ready);
  const std::vector<Seconds> alone = direct_done(network, second, window, std::vector<Seconds>(ready.size()));
  for (std::size_t d = 0; d < ready.size(); ++d)
    done[d] = std::max(done[d], first_done[d] + alone[d] / pieces);
  return done;
}

std::vector<Seconds> longest_path(const NetworkCost& network, const Schedule& schedule,
                                  const PartEntries& entries) {
  const auto sending = lanes_of(schedule, true);
  const auto receiving = lanes_of(schedule, false);
  std::vector<Seconds> end(schedule.size());
  std::vector<Seconds> stream_free(schedule.streams().size());
  std::map<std::pair<PartId, StreamId>, bool> started;
  const StartUps start_ups(schedule, network.transport);
  const auto entered = [&](PartId part, DeviceId device) {
    Seconds moment = 0;
    const auto entry = entries.find({part, device});
    if (entry == entries.end()) return moment;
    for (const OpId op : entry->second) moment = std::max(moment, end[op]);
    return moment;
  };
  for (OpId op = 0; op < schedule.size(); ++op) {
    Seconds& moment = end[op];
    for (const OpId followed : schedule.after(op)) moment = std::max(moment, end[followed]);
    if (schedule.kind(op) == OpKind::join) continue;
    const StreamId id = schedule.stream_of(op);
    const Stream& stream = schedule.streams()[id];
    if (stream.window == 1 || schedule.kind(op) == OpKind::computation)
      moment = std::max(moment, stream_free[id]);
    if (stream.kind != StreamKind::compute && !std::exchange(started[{schedule.part_of(op), id}], true))
      moment = std::max(moment, entered(schedule.part_of(op), stream.device) +
                                    start_ups.of(schedule.part_of(op), stream.device));
    if (schedule.kind(op) == OpKind::computation) {
      moment += schedule.seconds(op);
    } else {
      const DeviceId peer = schedule.peer(op);
      const auto sharing =
          std::max(sending.at({stream.kind, stream.device}).size(), receiving.at({stream.kind, peer}).size());
      moment +=
          network.transport.message_overhead +
          network.transfer_seconds(stream.device, peer, schedule.bytes(op) + network.transport.half_size,
                                   static_cast<double>(sharing));
    }
    stream_free[id] = moment;
  }
  return end;
}

}  // namespace epsim
