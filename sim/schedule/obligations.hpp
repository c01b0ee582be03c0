// The obligations of one exchange: each a (source, destination, chunk) with copies > 0 or, in an exchange
// that sends slot by slot, a (source, destination, slot). Who holds it, and since which operation. And what
// the payload of a transfer comes to in copies.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "sim/exchange.hpp"
#include "sim/schedule/order.hpp"
#include "sim/schedule/schedule.hpp"

namespace epsim {

/// The name of one. `slot` is -1 where slots travel together, else `chunk` is 0.
struct Obligation {
  Rank source = 0;
  Rank destination = 0;
  int slot = -1;
  int chunk = 0;
};

struct Whereabouts {
  Rank holder = -1;           ///< -1: nothing is owed
  OpId since = no_operation;  ///< the transfer that brought it there; no_operation: it is still at its source
};

/// The i-th rank of a range, in a group of that many ranks.
[[nodiscard]] Rank member(const RankRange& range, int i, int ranks);

class Obligations {
 public:
  /// At first everything is at its source. Keeps a reference to the exchange.
  Obligations(const Exchange& exchange, const Part& part, bool by_slot);

  /// Calls visitor(Obligation, Whereabouts&) for all that a source owes a destination rank.
  template <class Visitor>
  void visit(Rank source, Rank destination, Visitor&& visitor) {
    visit(Rectangle{{source}, {destination}, -1, 0, part_.chunks}, visitor);
  }

  /// Likewise for all that a rectangle names. Precondition: problem_of(rectangle) is empty.
  template <class Visitor>
  void visit(const Rectangle& rectangle, Visitor&& visitor) {
    for (int i = 0; i < rectangle.sources.count; ++i) {
      const Rank source = member(rectangle.sources, i, exchange_.ranks());
      for (int j = 0; j < rectangle.destinations.count; ++j) {
        const Rank destination = member(rectangle.destinations, j, exchange_.ranks());
        if (by_slot_)
          visit_slots({source, destination, rectangle.slot, 0}, visitor);
        else
          visit_chunks({source, destination, -1, rectangle.chunk_begin}, rectangle.chunk_end, visitor);
      }
    }
  }

 private:
  template <class Visitor>
  void visit_slots(Obligation obligation, Visitor& visitor) {
    const int only = obligation.slot;
    for (const int slot : exchange_.slots_of(far_of(obligation))) {
      if (only >= 0 && slot != only) continue;
      obligation.slot = slot;
      visit_owed(obligation, visitor);
    }
  }

  template <class Visitor>
  void visit_chunks(Obligation obligation, int end, Visitor& visitor) {
    for (; obligation.chunk < end; ++obligation.chunk) visit_owed(obligation, visitor);
  }

  template <class Visitor>
  void visit_owed(const Obligation& obligation, Visitor& visitor) {
    Whereabouts& entry = whereabouts_[index_of(obligation)];
    if (entry.holder >= 0) visitor(obligation, entry);
  }

  [[nodiscard]] Rank far_of(const Obligation& obligation) const {
    return exchange_.phase() == Phase::combine ? obligation.source : obligation.destination;
  }
  [[nodiscard]] std::size_t index_of(const Obligation& obligation) const;
  [[nodiscard]] std::int64_t copies_of(const Obligation& obligation) const;

  const Exchange& exchange_;
  Part part_;
  bool by_slot_;
  std::vector<Whereabouts> whereabouts_;  // [home][far rank or slot][chunk]
};

/// What is wrong with a rectangle as such; empty: nothing.
[[nodiscard]] std::string problem_of(const Rectangle& rectangle, const Exchange& exchange, const Part& part);

/// Copies of a payload between two ranks at the part's level. -1 where copies are merged per node but the
/// payload names a part of a node.
[[nodiscard]] std::int64_t payload_copies(const Exchange& exchange, const Part& part, Rank sender,
                                          Rank receiver, std::span<const Rectangle> payload);

}  // namespace epsim
