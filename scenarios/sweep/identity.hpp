// What makes two pieces of work the same. Identities are name-based UUIDs (version 5, SHA-1).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/sweep/sweep.hpp"

namespace epsim {

using Identity = std::array<std::uint8_t, 16>;

[[nodiscard]] Identity identity_of(std::string_view text);

/// 32 hexadecimal digits, and back; nothing for other texts.
[[nodiscard]] std::string hexadecimal(const Identity& identity);
[[nodiscard]] std::optional<Identity> identity_in(std::string_view hexadecimal);

/// Of a point: its resolved scenario without name, question and expect, what its trace and matrix hold, its
/// patterns and the program's version, which every change of the sources changes. Points of the same identity
/// have the same results.
[[nodiscard]] Identity identity_of(const Scenario& scenario, const std::vector<PatternKind>& patterns);

/// Of the traffic that route_step makes: the resolved scenario without what only the network, the transport
/// and the patterns read. Conservative: scenarios of the same identity have the same traffic.
[[nodiscard]] Identity routing_identity_of(const Scenario& scenario);

/// Of a whole sweep: every value in it, the files that its scenarios name, the program's version.
[[nodiscard]] Identity identity_of(const Sweep& sweep);

}  // namespace epsim
