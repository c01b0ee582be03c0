#include "sim/engine/fair_shares.hpp"
#include "platforms/indexing.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>

namespace epsim {
namespace {

constexpr double rounding = 1e-9;  // of a link's supply; what is left of a full link

}  // namespace

BytesPerSecond FairShares::equal_share(LinkId link, const LinkShare& of) const {
  return std::min(of.bandwidth, std::max(0.0, left_[at(link)]) / growing_[at(link)]);
}

void FairShares::start(std::span<const LinkId> component, const ActiveFlows& flows,
                       std::span<LinkShare> links) {
  heap_.clear();
  for (const LinkId link : component) {
    LinkShare& result = links[at(link)];
    result.share = result.bandwidth;
    result.limited = 0;
    left_[at(link)] = result.supply;
    growing_[at(link)] = static_cast<std::int32_t>(flows.on(link).size());
    is_frozen_[at(link)] = false;
    if (growing_[at(link)] > 0) heap_.push_back({equal_share(link, result), link});
  }
}

void FairShares::fill(std::span<const LinkId> component, const ActiveFlows& flows,
                      std::span<LinkShare> links) {
  const auto later = [](const Candidate& a, const Candidate& b) {
    return std::tie(a.share, a.link) > std::tie(b.share, b.link);
  };
  start(component, flows, links);
  std::make_heap(heap_.begin(), heap_.end(), later);
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Candidate& candidate = heap_.back();
    const LinkId link = candidate.link;
    if (growing_[at(link)] > 0) {
      const BytesPerSecond share = equal_share(link, links[at(link)]);
      if (share > candidate.share) {
        candidate.share = share;
        std::push_heap(heap_.begin(), heap_.end(), later);
        continue;
      }
      links[at(link)].share = share;
      links[at(link)].limited = share * growing_[at(link)];
      freeze(link, share, flows);
    }
    heap_.pop_back();
  }
  for (const LinkId link : component)
    links[at(link)].is_full =
        links[at(link)].limited > 0 || left_[at(link)] <= rounding * links[at(link)].supply;
}

// A flow of two links that the other one has limited already may be taken off that other one again: what is
// left of a frozen link is not looked at any more. Flows of more links need care.
void FairShares::freeze(LinkId link, BytesPerSecond share, const ActiveFlows& flows) {
  is_frozen_[at(link)] = true;
  flows.for_each_flow(link, [&](const FlowEntry& entry) {
    if ((entry.rest & FlowEntry::names_pair) == 0) {
      stop(static_cast<LinkId>(entry.rest), share);
      return;
    }
    bool is_limited_elsewhere = false;
    flows.for_each_other_link(link, entry,
                              [&](LinkId other) { is_limited_elsewhere |= is_frozen_[at(other)] != 0; });
    if (!is_limited_elsewhere)
      flows.for_each_other_link(link, entry, [&](LinkId other) { stop(other, share); });
  });
  growing_[at(link)] = 0;
}

void FairShares::stop(LinkId other, BytesPerSecond share) {
  left_[at(other)] -= share;
  --growing_[at(other)];
}

}  // namespace epsim
