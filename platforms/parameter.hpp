// How a generator tells what its parameters are called, what they may be and where they stand; scenario files
// are read and written by that.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "platforms/units.hpp"

namespace epsim {

inline constexpr int most_devices = 65536;

template <class Spec>
struct Parameter {
  /// `low` to `high`.
  struct Count {
    int Spec::*member;
    int low;
    int high;
  };
  struct Bandwidth {
    BytesPerSecond Spec::*member;
  };
  struct Duration {
    Seconds Spec::*member;
  };
  /// Without a unit, `low` to `high`; `range` says so.
  struct Number {
    double Spec::*member;
    double low;
    double high;
    std::string_view range;
  };

  std::string_view name;
  std::variant<Count, Bandwidth, Duration, Number> type;
  bool is_count_of_links = false;

  /// Whether it says nothing about which devices there are and which of them form a node: the same tokens are
  /// routed.
  [[nodiscard]] bool is_of_links() const { return is_count_of_links || !std::holds_alternative<Count>(type); }
};

/// What is wrong with parameters that are right each for itself.
struct SpecFault {
  std::string_view parameter;
  std::string what;
  std::string remedy;
};

/// What others want to know about a network before it is built.
struct FabricFacts {
  int devices = 0;
  /// Whether devices form nodes with a fabric inside and another one between them; else all are one node.
  bool has_nodes = false;
  int nodes = 1;
  int devices_per_node = 0;
  BytesPerSecond scale_up_bandwidth = 0;   ///< per device and direction
  BytesPerSecond scale_out_bandwidth = 0;  ///< the same, of all its NICs
  BytesPerSecond nic_bandwidth = 0;        ///< of one of them
  bool shares_cables = false;              ///< flows between nodes meet on cables behind the NICs, unevenly
  double oversubscription = 1;
  std::string_view size_parameter;  ///< which parameter makes it larger,
  int devices_per_size = 1;         ///< and by how many devices each
};

}  // namespace epsim
