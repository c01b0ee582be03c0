#include "analysis/blame/mean_shares.hpp"

#include <algorithm>

namespace epsim {

MeanShares::MeanShares(const Cluster& cluster, const Schedule& schedule) {
  std::array<Seconds, phase_count> sums = {};
  for (auto& devices : shares_) devices.resize(at(cluster.topology.device_count()));
  for (OpId op = 0; op < schedule.size(); ++op) {
    if (schedule.kind(op) != OpKind::computation || schedule.work(op) != Work::device) continue;
    sums[at(schedule.phase(op))] += schedule.seconds(op);
    shares_[at(schedule.phase(op))][at(schedule.device(op))] += schedule.seconds(op);
  }
  for (std::size_t phase = 0; phase < phase_count; ++phase) {
    const Seconds mean = sums[phase] / cluster.group.size();
    constexpr double visible = 1 + 1e-12;  // a mean of equal times may be rounded
    for (double& share : shares_[phase]) share = share > visible * mean ? mean / share : 1;
  }
}

}  // namespace epsim
