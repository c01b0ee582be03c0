#include "sim/engine/binding_links.hpp"
#include "platforms/indexing.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace epsim {
namespace {

/// A link in the middle of a route, and the route's first or last link.
using Passing = std::pair<LinkId, LinkId>;

/// Summed bandwidth of the distinct access links, by the link in the middle.
std::vector<BytesPerSecond> summed_by_middle(std::vector<Passing> passings,
                                             std::span<const BytesPerSecond> bandwidth) {
  std::sort(passings.begin(), passings.end());
  passings.erase(std::unique(passings.begin(), passings.end()), passings.end());
  std::vector<BytesPerSecond> sums(bandwidth.size(), 0);
  for (const auto& [middle, access] : passings) sums[at(middle)] += bandwidth[at(access)];
  return sums;
}

}  // namespace

std::vector<bool> binding_links(const Routes& routes, std::span<const BytesPerSecond> bandwidth) {
  constexpr double rounding = 1e-12;  // of the sums; a link that just carries its access links does not bind
  std::vector<bool> binding(bandwidth.size(), false);
  std::vector<Passing> first;
  std::vector<Passing> last;
  for (std::size_t pair = 0; pair < routes.pairs().size(); ++pair) {
    const std::span<const LinkId> links = routes.links_of(pair);
    binding[at(links.front())] = binding[at(links.back())] = true;
    for (std::size_t i = 1; i + 1 < links.size(); ++i) {
      first.emplace_back(links[i], links.front());
      last.emplace_back(links[i], links.back());
    }
  }
  const std::vector<BytesPerSecond> sent = summed_by_middle(std::move(first), bandwidth);
  const std::vector<BytesPerSecond> received = summed_by_middle(std::move(last), bandwidth);
  for (std::size_t link = 0; link < binding.size(); ++link)
    if (std::min(sent[link], received[link]) > bandwidth[link] * (1 + rounding)) binding[link] = true;
  return binding;
}

}  // namespace epsim
