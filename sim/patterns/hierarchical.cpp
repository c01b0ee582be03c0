// hierarchical, scale_out_first (as DeepEP's normal kernels and Hybrid-EP do): data crosses to a node once,
// over the rail of the remote rank, to the device there with the same local index, its gateway, which
// forwards inside the node. Combine is the mirror image: the gateway gathers its node's contributions,
// reduces them and returns them. Pipelined in chunks, so that both fabrics work at once. Data that stays in
// its node goes directly; with one node that is everything.
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>

#include "platforms/indexing.hpp"
#include "sim/patterns/common.hpp"
#include "sim/patterns/hierarchical.hpp"

namespace epsim {
namespace {

using Ranges = std::vector<RankRange>;

/// Who passes whose data on. The partners of a rank are the remote ranks whose gateway in its node it is.
struct Rails {
  std::vector<std::vector<Rank>> partners;  ///< by rank; nodes in rotated order
  std::vector<Ranges> partner_ranges;       ///< the same, as ranges
  std::vector<Ranges> node_ranges;          ///< by node, its ranks
};

Rank gateway_of(const Group& group, Rank remote, int node) {
  const std::vector<Rank>& ranks = group.ranks_of(node);
  return ranks[at(group.local(remote)) % ranks.size()];
}

Rails make_rails(const Group& group) {
  Rails rails;
  for (Rank gateway = 0; gateway < group.size(); ++gateway) {
    std::vector<Rank> partners;
    for (int offset = 1; offset < group.node_count(); ++offset)
      for (const Rank remote : group.ranks_of((group.node(gateway) + offset) % group.node_count()))
        if (gateway_of(group, remote, group.node(gateway)) == gateway) partners.push_back(remote);
    rails.partner_ranges.push_back(ranges_of(partners, group.size()));
    rails.partners.push_back(std::move(partners));
  }
  for (const std::vector<Rank>& ranks : group.ranks_of_node)
    rails.node_ranges.push_back(ranges_of(ranks, group.size()));
  return rails;
}

/// The other ranks of the node, beginning with the next one.
std::vector<Rank> neighbours(const Group& group, Rank rank) {
  const std::vector<Rank>& ranks = group.ranks_of(group.node(rank));
  std::vector<Rank> others;
  for (std::size_t offset = 1; offset < ranks.size(); ++offset)
    others.push_back(ranks[(static_cast<std::size_t>(group.local(rank)) + offset) % ranks.size()]);
  return others;
}

class Hierarchical {
 public:
  Hierarchical(Appender& appender, Deduplication level, int chunks, const OpLists& ready)
      : appender_(appender),
        exchange_(appender.exchange),
        group_(appender.exchange.group()),
        level_(level),
        chunks_(chunks),
        ready_(ready),
        rails_(make_rails(group_)),
        ops_of_rank_(ready) {}

  /// Appends the exchange; returns each rank's own operations.
  OpLists append() {
    exchange_.phase() == Phase::combine ? combine() : dispatch();
    return std::move(ops_of_rank_);
  }

 private:
  // A gateway's stream must not wait for remote chunks while it has local data: that goes first.
  void dispatch() {
    arrivals_ = Matrix<OpId>(group_.size(), group_.node_count() * chunks_);
    for (Rank rank = 0; rank < group_.size(); ++rank) send_to_gateways(rank);
    for (Rank rank = 0; rank < group_.size(); ++rank) send_inside_node(rank);
    for (Rank rank = 0; rank < group_.size(); ++rank) forward(rank);
  }

  // Contributions go first: the forwarders wait for them, nobody waits for the local data.
  void combine() {
    contributions_.resize(static_cast<std::size_t>(group_.size() * chunks_));
    for (Rank rank = 0; rank < group_.size(); ++rank) send_to_forwarders(rank);
    for (Rank rank = 0; rank < group_.size(); ++rank) send_inside_node(rank);
    for (Rank rank = 0; rank < group_.size(); ++rank) return_home(rank);
  }

  void send_to_gateways(Rank source) {
    for (int chunk = 0; chunk < chunks_; ++chunk) {
      for (int offset = 1; offset < group_.node_count(); ++offset) {
        const int node = (group_.node(source) + offset) % group_.node_count();
        const std::int64_t copies = exchange_.node_copies(level_, source, node, only(chunk));
        if (copies == 0) continue;
        arrivals_(source, node * chunks_ + chunk) =
            send(source, gateway_of(group_, source, node), copies, {single(source)}, node_ranges(node),
                 only(chunk), ready(source));
      }
    }
  }

  // Mostly all destinations of a gateway wait for the same arrivals: one join stands for them.
  void forward(Rank gateway) {
    const int node = group_.node(gateway);
    std::vector<OpId> after;
    std::vector<OpId> joined_ops;
    std::vector<OpId> join;
    for (int chunk = 0; chunk < chunks_; ++chunk) {
      for (const Rank destination : neighbours(group_, gateway)) {
        after.clear();
        std::int64_t copies = 0;
        for (const Rank source : partners(gateway)) {
          const std::int64_t from_source = exchange_.pair_copies(level_, source, destination, only(chunk));
          if (from_source == 0) continue;
          copies += from_source;
          after.push_back(arrivals_(source, node * chunks_ + chunk));
        }
        if (copies == 0) continue;
        if (after != joined_ops) join = joined(appender_.schedule, appender_.part, after);
        joined_ops = after;
        send(gateway, destination, copies, partner_ranges(gateway), {single(destination)}, only(chunk), join);
      }
    }
  }

  void send_to_forwarders(Rank far) {
    for (int chunk = 0; chunk < chunks_; ++chunk) {
      for (const Rank forwarder : neighbours(group_, far)) {
        std::int64_t copies = 0;
        for (const Rank home : partners(forwarder))
          copies += exchange_.pair_copies(level_, far, home, only(chunk));
        if (copies == 0) continue;
        contributions(forwarder, chunk)
            .push_back(send(far, forwarder, copies, {single(far)}, partner_ranges(forwarder), only(chunk),
                            ready(far)));
      }
    }
  }

  void return_home(Rank forwarder) {
    const int node = group_.node(forwarder);
    for (int chunk = 0; chunk < chunks_; ++chunk) {
      std::vector<OpId> gathered = contributions(forwarder, chunk);
      gathered.insert(gathered.end(), ready(forwarder).begin(), ready(forwarder).end());
      gathered = joined(appender_.schedule, appender_.part, std::move(gathered));
      for (const Rank home : partners(forwarder)) {
        const std::int64_t copies = exchange_.node_copies(level_, home, node, only(chunk));
        if (copies > 0)
          send(forwarder, home, copies, node_ranges(node), {single(home)}, only(chunk), gathered);
      }
    }
  }

  void send_inside_node(Rank source) {
    for (const Rank destination : neighbours(group_, source)) {
      const std::int64_t copies = exchange_.pair_copies(level_, source, destination);
      if (copies > 0)
        send(source, destination, copies, {single(source)}, {single(destination)}, {0, chunks_, chunks_},
             ready(source));
    }
  }

  OpId send(Rank source, Rank destination, std::int64_t copies, const Ranges& sources,
            const Ranges& destinations, ChunkRange chunks, std::span<const OpId> after) {
    payload_.clear();
    for (const RankRange& from : sources)
      for (const RankRange& to : destinations) payload_.push_back({from, to, -1, chunks.begin, chunks.end});
    const OpId sent = appender_.send(source, destination, copies, payload_, after);
    note(ops_of_rank_, source, destination, sent);
    return sent;
  }

  [[nodiscard]] ChunkRange only(int chunk) const { return {chunk, chunk + 1, chunks_}; }
  [[nodiscard]] const std::vector<OpId>& ready(Rank rank) const { return ready_[at(rank)]; }
  [[nodiscard]] const std::vector<Rank>& partners(Rank rank) const { return rails_.partners[at(rank)]; }
  [[nodiscard]] const Ranges& partner_ranges(Rank rank) const { return rails_.partner_ranges[at(rank)]; }
  [[nodiscard]] const Ranges& node_ranges(int node) const { return rails_.node_ranges[at(node)]; }
  [[nodiscard]] std::vector<OpId>& contributions(Rank forwarder, int chunk) {
    return contributions_[at(forwarder * chunks_ + chunk)];
  }

  Appender& appender_;
  const Exchange& exchange_;
  const Group& group_;
  Deduplication level_;
  int chunks_;
  const OpLists& ready_;
  Rails rails_;
  OpLists ops_of_rank_;
  Matrix<OpId> arrivals_;  // dispatch: [source][node * chunks + chunk], where it crossed to the node
  OpLists contributions_;  // combine: [forwarder * chunks + chunk], what its node sends it
  std::vector<Rectangle> payload_;
};

constexpr int usual_chunks = HierarchicalOptions().chunks;

/// How an exchange is cut.
Part cut(const Exchange& exchange, const HierarchicalOptions& choice) {
  Part part{exchange.phase(), choice.deduplicate};
  if (exchange.group().node_count() == 1) return part;
  part.chunks = choice.chunks > 0 ? choice.chunks : usual_chunks;
  const bool has_tokens = !exchange.traffic().home_tokens.empty();
  if (choice.chunks == 0 && has_tokens) part.chunk_tokens = choice.chunk_tokens;
  return part;
}

DataOps append_exchange(Schedule& schedule, const Exchange& whole, const PatternOptions& options,
                        const DataOps& ready) {
  const HierarchicalOptions& choice = options.of<HierarchicalOptions>();
  Part part = cut(whole, choice);
  const Exchange exchange(whole.traffic(), whole.group(), whole.phase(), part.chunk_tokens);
  if (part.chunk_tokens > 0) part.chunks = exchange.chunks_by_tokens();
  const int chunks = part.chunks;
  Appender appender{schedule, exchange, schedule.add_part(part), choice.window};
  const OpLists ready_at = ready_at_sources(schedule, exchange, appender.part, ready);
  const OpLists ops_of_rank = Hierarchical(appender, choice.deduplicate, chunks, ready_at).append();
  return collective_arrival(schedule, exchange, appender.part, ops_of_rank);
}

ExchangeShape shape(const PatternOptions& options) {
  return {ExchangeShape::Form::two_stages, options.of<HierarchicalOptions>().window};
}

/// Each chunk goes to the other nodes and is forwarded to the neighbours; local data goes directly.
PatternSize size(const PatternOptions& options, const ExperimentSize& experiment) {
  const HierarchicalOptions& choice = options.of<HierarchicalOptions>();
  double chunks = choice.chunks > 0 ? choice.chunks : usual_chunks;
  if (choice.chunks == 0 && choice.chunk_tokens > 0 && experiment.tokens > 0)
    chunks = std::ceil(experiment.tokens / choice.chunk_tokens);
  const double other_nodes = experiment.nodes - 1;
  const double neighbours = experiment.ranks_per_node - 1;
  const double forwards = other_nodes > 0 ? neighbours : 0;
  return {.ops = experiment.ranks * (chunks * (other_nodes + forwards) + neighbours),
          .routes = experiment.ranks * (other_nodes + neighbours),
          .reach = Reach::rail,
          .sent_between_nodes = chunks * other_nodes,
          .end_together = chunks};
}

std::optional<int> chunk_tokens_of(const Transport& transport, const PatternOptions&) {
  return transport.chunk_tokens;
}

/// Where a file says no number of chunks: by tokens, if anybody says how many.
std::optional<int> chunks_without_word(const Transport&, const PatternOptions& options) {
  return options.of<HierarchicalOptions>().chunk_tokens > 0 ? 0 : usual_chunks;
}

}  // namespace

Pattern hierarchical() {
  return {
      "hierarchical",
      "two levels: once per destination node, forwarded inside it, in chunks",
      {option_of_one("order", {"an order", {"scale_out_first"}, {"scale_up_first"}}),
       deduplication_option<&HierarchicalOptions::deduplicate>(Gateways::at_nodes),
       option<&HierarchicalOptions::chunk_tokens>("chunk_tokens", IntegerOption{0, 1 << 20}, chunk_tokens_of),
       option<&HierarchicalOptions::chunks>("chunks", IntegerOption{0, 1024}, chunks_without_word),
       window_option<&HierarchicalOptions::window>()},
      append_exchange,
      shape,
      size};
}

}  // namespace epsim
