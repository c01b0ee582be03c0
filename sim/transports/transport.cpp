#include "sim/transports/transport.hpp"

#include <fmt/format.h>

#include <array>
#include <type_traits>

namespace epsim {
namespace {

using Unit = TransportValue::Unit;

template <class T>
struct Held {
  using type = T;
};
template <class T>
struct Held<std::optional<T>> {
  using type = T;
};

template <auto member>
std::optional<double> get(const Transport& transport) {
  const auto& held = transport.*member;
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype(held)>, std::optional<int>>)
    return held ? std::optional<double>(*held) : std::nullopt;
  else
    return static_cast<double>(held);
}

template <auto member>
void set(Transport& transport, double value) {
  using Type = typename Held<std::remove_cvref_t<decltype(transport.*member)>>::type;
  transport.*member = static_cast<Type>(value);
}

template <auto member>
constexpr TransportValue value(std::string_view key, Unit unit, std::string_view meaning,
                               std::string_view phase = "") {
  return {key, phase, unit, meaning, get<member>, set<member>};
}

constexpr std::array values = {
    value<&Transport::start_up>("start_up", Unit::duration,
                                "once per phase (dispatch, combine) and device, before its first transfer"),
    value<&Transport::start_up_per_peer>(
        "start_up_per_peer", Unit::duration,
        "added to start_up for every other device that this one sends to or receives from in the phase"),
    value<&Transport::message_overhead>("message_overhead", Unit::duration,
                                        "the sender's time per message, one after the other on its stream"),
    value<&Transport::least_dispatch>("least_duration", Unit::duration,
                                      "what a device's dispatch takes at least after its start-up",
                                      "dispatch"),
    value<&Transport::least_combine>("least_duration", Unit::duration,
                                     "what a device's combine takes at least after its start-up", "combine"),
    value<&Transport::scale_up_share>(
        "scale_up_share", Unit::share,
        "achieved share of the bandwidth of links inside a node; one number, or one per device name"),
    value<&Transport::scale_out_share>(
        "scale_out_share", Unit::share,
        "achieved share of the bandwidth of links between nodes; one number, or one per device name"),
    value<&Transport::half_size>(
        "half_size", Unit::bytes,
        "a message of x bytes loads every link as x + half_size bytes: one of this size reaches half"),
    value<&Transport::sms>("sms", Unit::count,
                           "streaming multiprocessors that move the data; 0: as many as it takes"),
    value<&Transport::rate_per_sm>(
        "rate_per_sm", Unit::bandwidth,
        "what one of them moves; sms x rate_per_sm caps what a device sends and what it receives"),
    value<&Transport::window>("window", Unit::window,
                              "transfers in flight per sending stream, where the pattern says none; 0: no "
                              "limit; 8 where nobody says"),
    value<&Transport::chunk_tokens>("chunk_tokens", Unit::count,
                                    "tokens of a device in one chunk of hierarchical, where the pattern says "
                                    "neither chunks nor chunk_tokens; 0: 8 chunks"),
};

}  // namespace

std::optional<BytesPerSecond> Transport::device_cap() const {
  if (sms == 0) return std::nullopt;
  return sms * rate_per_sm;
}

std::string TransportValue::name() const {
  return phase.empty() ? std::string(key) : fmt::format("{}.{}", key, phase);
}

std::span<const TransportValue> transport_values() {
  return values;
}

std::string format_value(const TransportValue& value, const Transport& transport) {
  const std::optional<double> number = value.get(transport);
  if (!number) return "none";
  switch (value.unit) {
    case Unit::duration:
      return format_duration(*number);
    case Unit::share:
      return fmt::format("{:.4g} %", 100 * *number);
    case Unit::bytes:
      return format_bytes(*number);
    case Unit::bandwidth:
      return format_bandwidth(*number);
    case Unit::count:
    case Unit::window:
      break;
  }
  return fmt::format("{}", *number);
}

}  // namespace epsim
