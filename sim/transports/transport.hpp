// A Transport is the software around the wire: what a kernel or library costs beside the bytes on the links,
// and what it reaches of their bandwidth. Each of its values is a row of transport_values(): name, meaning,
// unit and range; files are read and written, and lists and the schema checked, by that.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platforms/units.hpp"

namespace epsim {

/// Where a transport's times were held against measurements: of which pattern, on which devices by their
/// names, for groups of how many, and how many bytes over links for each device and phase.
struct ValidatedRange {
  /// Simulated times over measured ones less 1, without their signs.
  struct Deviation {
    int times = 0;
    double mean = 0;
    double largest = 0;
    bool operator==(const Deviation&) const = default;
  };

  std::string pattern;
  std::vector<std::string> device_names;
  int least_devices = 0;
  int most_devices = 0;
  Bytes least_bytes = 0;
  Bytes most_bytes = 0;
  std::optional<Deviation> error = {};  ///< nothing: it does not say
  bool operator==(const ValidatedRange&) const = default;
};

/// `ideal` is all zeros and full shares: results equal closed forms.
struct Transport {
  std::string preset = "ideal";  ///< or the file that the values come from
  std::string name = "ideal";    ///< for people: the preset's, with ", modified" where a value differs
  Seconds start_up = 0;
  Seconds start_up_per_peer = 0;
  Seconds message_overhead = 0;
  Seconds least_dispatch = 0;
  Seconds least_combine = 0;
  double scale_up_share = 1;
  double scale_out_share = 1;
  Bytes half_size = 0;
  int sms = 0;  ///< 0: nothing is capped
  BytesPerSecond rate_per_sm = 0;
  std::optional<int> window;                ///< of patterns that say none
  std::optional<int> chunk_tokens;          ///< likewise
  std::optional<ValidatedRange> validated;  ///< nothing: never, or with other values

  /// What a device can send at most, and receive at most; nothing: no cap but its ports.
  [[nodiscard]] std::optional<BytesPerSecond> device_cap() const;
  bool operator==(const Transport&) const = default;
};

/// One value of a transport.
struct TransportValue {
  enum class Unit : std::uint8_t { duration, share, bytes, bandwidth, count, window };

  std::string_view key;    ///< in files
  std::string_view phase;  ///< the member of `key` that holds it; empty: `key` itself
  Unit unit;
  std::string_view meaning;
  std::optional<double> (*get)(const Transport&);  ///< in base units; nothing: the transport says none
  void (*set)(Transport&, double);

  [[nodiscard]] std::string name() const;  ///< "start_up", "least_duration.combine"
};

[[nodiscard]] std::span<const TransportValue> transport_values();

/// "10.00 us", "72 %", "14.3 kB", "8"; "none" where the transport says none.
[[nodiscard]] std::string format_value(const TransportValue& value, const Transport& transport);

}  // namespace epsim
