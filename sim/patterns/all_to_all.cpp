// all_to_all: a blocking collective, like NCCL's grouped send/recv or MPI_Alltoallv. Every device exchanges
// with every other; no expert starts until its device's collective is done.
#include <algorithm>
#include <cstddef>

#include "platforms/indexing.hpp"
#include "sim/patterns/all_to_all.hpp"
#include "sim/patterns/common.hpp"

namespace epsim {
namespace {

/// Sends the whole pair to its destination; the caller made sure that there is something.
OpId send_pair(Appender& appender, Rank source, Rank destination, std::int64_t copies,
               std::span<const OpId> after) {
  const Rectangle payload{single(source), single(destination)};
  return appender.send(source, destination, copies, {&payload, 1}, after);
}

/// In rotated order, so that not everybody begins with the same destination.
void append_direct(Appender& appender, Deduplication level, const OpLists& ready, OpLists& ops_of_rank) {
  const int ranks = appender.exchange.ranks();
  for (Rank source = 0; source < ranks; ++source) {
    for (int distance = 1; distance < ranks; ++distance) {
      const Rank destination = (source + distance) % ranks;
      const std::int64_t copies = appender.exchange.pair_copies(level, source, destination);
      if (copies == 0) continue;
      note(ops_of_rank, source, destination,
           send_pair(appender, source, destination, copies, ready[at(source)]));
    }
  }
}

/// A rank's transfers in the latest round in which it had any; it has finished that round when they have.
struct LatestRound {
  int round = 0;
  std::vector<OpId> transfers;

  void add(int in_round, OpId transfer) {
    if (round != in_round) transfers.clear();
    round = in_round;
    transfers.push_back(transfer);
  }
};

void append_unless_there(std::vector<OpId>& ops, const std::vector<OpId>& more) {
  for (const OpId op : more)
    if (std::find(ops.begin(), ops.end(), op) == ops.end()) ops.push_back(op);
}

/// Round r: rank i sends to (i + r) mod N when both have finished round r - 1. The first transfer of a rank
/// follows its readiness, the later ones do so through it.
void append_pairwise(Appender& appender, Deduplication level, const OpLists& ready, OpLists& ops_of_rank) {
  const int ranks = appender.exchange.ranks();
  std::vector<LatestRound> latest(static_cast<std::size_t>(ranks));
  std::vector<LatestRound> before = latest;
  std::vector<bool> has_sent(static_cast<std::size_t>(ranks), false);
  std::vector<OpId> after;
  for (int round = 1; round < ranks; ++round) {
    before = latest;
    for (Rank source = 0; source < ranks; ++source) {
      const Rank destination = (source + round) % ranks;
      const std::int64_t copies = appender.exchange.pair_copies(level, source, destination);
      if (copies == 0) continue;
      const auto s = at(source);
      const auto d = at(destination);
      after.clear();
      if (!has_sent[s]) after = ready[s];
      append_unless_there(after, before[s].transfers);
      append_unless_there(after, before[d].transfers);
      has_sent[s] = true;
      const OpId transfer = send_pair(appender, source, destination, copies, after);
      latest[s].add(round, transfer);
      latest[d].add(round, transfer);
      note(ops_of_rank, source, destination, transfer);
    }
  }
}

bool is_pairwise(const PatternOptions& options) {
  return options.of<AllToAllOptions>().algorithm == AllToAllOptions::Algorithm::pairwise;
}

DataOps append_exchange(Schedule& schedule, const Exchange& exchange, const PatternOptions& options,
                        const DataOps& ready) {
  const AllToAllOptions& choice = options.of<AllToAllOptions>();
  const bool in_rounds = is_pairwise(options);
  Appender appender =
      begin_exchange(schedule, exchange, choice.deduplicate, 1, in_rounds ? 0 : choice.window);
  const OpLists ready_at = ready_at_sources(schedule, exchange, appender.part, ready);
  OpLists ops_of_rank = ready_at;
  (in_rounds ? append_pairwise : append_direct)(appender, choice.deduplicate, ready_at, ops_of_rank);
  return collective_arrival(schedule, exchange, appender.part, ops_of_rank);
}

ExchangeShape shape(const PatternOptions& options) {
  if (is_pairwise(options)) return {ExchangeShape::Form::rounds, 1};
  return {ExchangeShape::Form::direct, options.of<AllToAllOptions>().window};
}

PatternSize size(const PatternOptions&, const ExperimentSize& experiment) {
  return {.ops = experiment.pairs, .routes = experiment.pairs};
}

}  // namespace

Pattern all_to_all() {
  return {"all_to_all",
          "a blocking collective: every device exchanges with every other",
          {option<&AllToAllOptions::algorithm>(
               "algorithm", ChoiceOption{"an all-to-all algorithm", {"direct", "pairwise"}, {"bruck"}}),
           window_option<&AllToAllOptions::window>(),
           deduplication_option<&AllToAllOptions::deduplicate>(Gateways::none)},
          append_exchange,
          shape,
          size};
}

}  // namespace epsim
