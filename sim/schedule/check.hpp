// Proof that a schedule does what its traffic asks for, before it runs.
#pragma once

#include <vector>

#include "sim/group.hpp"
#include "sim/schedule/schedule.hpp"
#include "sim/schedule/scheduled_exchange.hpp"
#include "sim/traffic.hpp"

namespace epsim {

/// Throws Error (simulation) naming the first offending operation, unless
///  * the operations with their dependencies and the streams' issue order are acyclic;
///  * every transfer belongs to one of the exchanges and joins two different ranks, and its bytes (> 0) are
///    those of its payload at the part's deduplication level: the part's level between nodes, where at `node`
///    the payload names whole nodes; inside a node at most `device`;
///  * every obligation (source, destination, chunk, and each slot of it) with copies > 0 moves along one path
///    from its source to its destination, and ends there: a rank sends on what it holds, and then holds it no
///    more. So nothing arrives twice and a reduction merges each contribution exactly once;
///  * a transfer follows (directly or through other operations) the operations after which its sender holds
///  what it
///    sends: those in `ready` for the sender's own data (where it sends all slots together: all slots'), else
///    those in which it arrived there;
///  * what a receiver is promised in `arrived` follows all transfers that bring it something, and its own
///    data's readiness. A promise of an empty list means from the beginning.
void check_schedule(const Schedule& schedule, const Group& group, const Traffic& traffic,
                    const std::vector<ScheduledExchange>& exchanges);

}  // namespace epsim
