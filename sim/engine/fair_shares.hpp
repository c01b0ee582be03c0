// Max-min fair sharing by progressive filling (Bertsekas and Gallager, Data Networks, 6.5.2): all flows grow
// alike until a link is full; its flows keep what they have, the others grow on.
#pragma once

#include <span>
#include <vector>

#include "sim/engine/active_flows.hpp"

namespace epsim {

/// What sharing knows about a link.
struct LinkShare {
  BytesPerSecond bandwidth = 0;  ///< no flow gets more
  BytesPerSecond supply = 0;     ///< what may be given out in all
  BytesPerSecond share = 0;      ///< result: the most that this link lets a flow have
  BytesPerSecond limited = 0;    ///< result: the summed rate of the flows that it limits
  double slowing = 1;            ///< factor on the rates of all its flows (FluidSolver)
  bool is_full = false;          ///< result: nothing is left of it
};

class FairShares {
 public:
  explicit FairShares(std::size_t links) : left_(links), growing_(links), is_frozen_(links) {}

  /// Shares out the supply of `component`: links (indices of `links`) with all that their flows touch. A
  /// flow's rate is the least share of its links. Ties: the lower link first.
  void fill(std::span<const LinkId> component, const ActiveFlows& flows, std::span<LinkShare> links);

 private:
  struct Candidate {
    BytesPerSecond share;
    LinkId link;
  };
  void start(std::span<const LinkId> component, const ActiveFlows& flows, std::span<LinkShare> links);
  void freeze(LinkId link, BytesPerSecond share, const ActiveFlows& flows);
  void stop(LinkId other, BytesPerSecond share);
  [[nodiscard]] BytesPerSecond equal_share(LinkId link, const LinkShare& of) const;

  // By link, while filling; apart from each other because the innermost loop touches nothing else.
  std::vector<double> left_;             // bandwidth not given out
  std::vector<std::int32_t> growing_;    // flows that no link has limited yet
  std::vector<std::uint8_t> is_frozen_;  // its flows have all they get

  std::vector<Candidate> heap_;  // the least share on top; shares only grow, so a stale entry is too small
};

}  // namespace epsim
