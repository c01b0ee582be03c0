#include "scenarios/reader/json_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>

#include "scenarios/reader/nearest_name.hpp"

namespace epsim {
namespace {

using nlohmann::json;

const json& empty_object() {
  static const json empty = json::object();
  return empty;
}

/// RFC 6901: "~" and "/" inside a key are escaped.
std::string escaped(std::string_view key) {
  std::string text;
  for (const char c : key) {
    if (c == '~')
      text += "~0";
    else if (c == '/')
      text += "~1";
    else
      text += c;
  }
  return text;
}

/// "top2_sum" -> "Top2Sum"
std::string camel_case(std::string_view snake) {
  std::string camel;
  bool upper = true;
  for (const char c : snake) {
    if (c != '_') camel += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = c == '_';
  }
  return camel;
}

std::string range_text(IntegerRange range) {
  return fmt::format("{} to {}", range.low, range.high);
}

/// The value as an integer; nothing when it is not integral or does not fit.
std::optional<std::int64_t> integral(const json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  const double number = value.get<double>();
  if (number != std::floor(number) || std::abs(number) > 9007199254740992.0) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

}  // namespace

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 60;
  if (text.size() > longest) return fmt::format("a string of {} bytes", text.size());
  return fmt::format("\"{}\"", text);
}

std::string describe(const json& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return "a list";
  if (value.is_string()) return "the string " + in_quotes(value.get_ref<const std::string&>());
  return (value.is_number() ? "the number " : "") + value.dump();
}

std::optional<std::int64_t> read_integer(const json& value, const std::string& pointer, IntegerRange range,
                                         std::vector<Problem>& problems) {
  if (!value.is_number()) {
    problems.push_back(
        {pointer, fmt::format("found {}, not an integer", describe(value)), "give " + range_text(range)});
    return std::nullopt;
  }
  const auto number = integral(value);
  if (number && *number >= range.low && *number <= range.high) return number;
  const bool fraction = value.is_number_float() && value.get<double>() != std::floor(value.get<double>());
  problems.push_back({pointer, value.dump() + (fraction ? " is not an integer" : " is out of range"),
                      "give " + range_text(range)});
  return std::nullopt;
}

JsonObject::JsonObject(const json& value, std::string pointer, std::vector<Problem>& problems)
    : object_(&value), pointer_(std::move(pointer)), problems_(&problems) {
  if (value.is_object()) return;
  problems.push_back({pointer_, fmt::format("found {}, not an object", describe(value)), "write { ... }"});
  object_ = &empty_object();
}

const json* JsonObject::find(std::string_view key) const {
  const auto member = object_->find(key);
  return member == object_->end() ? nullptr : &*member;
}

bool JsonObject::has(std::string_view key) const {
  return find(key) != nullptr;
}

std::string JsonObject::pointer_to(std::string_view key) const {
  return pointer_ + "/" + escaped(key);
}

void JsonObject::add_problem(std::string_view key, std::string what, std::string remedy) {
  problems_->push_back({pointer_to(key), std::move(what), std::move(remedy)});
}

void JsonObject::wrong_type(std::string_view key, const json& found, std::string_view wanted,
                            std::string_view range) {
  add_problem(key, fmt::format("found {}, not {}", describe(found), wanted), fmt::format("give {}", range));
}

const json* JsonObject::raw(std::string_view key) {
  allow({key});
  return find(key);
}

std::optional<bool> JsonObject::boolean(std::string_view key) {
  const json* value = raw(key);
  if (!value) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  wrong_type(key, *value, "a boolean", "true or false");
  return std::nullopt;
}

std::optional<std::string> JsonObject::string(std::string_view key) {
  const json* value = raw(key);
  if (!value) return std::nullopt;
  if (!value->is_string()) {
    wrong_type(key, *value, "a string", "text in double quotes");
    return std::nullopt;
  }
  const auto& text = value->get_ref<const std::string&>();
  // Files' names end at a NUL, and terminals obey the others.
  const bool has_control =
      std::ranges::any_of(text, [](char c) { return c >= 0 && c < ' ' && c != '\n' && c != '\t'; });
  if (has_control) {
    add_problem(key, fmt::format("\"{}\" has a control character", text), "write printable text");
    return std::nullopt;
  }
  return text;
}

std::optional<std::int64_t> JsonObject::integer(std::string_view key, IntegerRange range) {
  const json* value = raw(key);
  if (!value) return std::nullopt;
  return read_integer(*value, pointer_to(key), range, *problems_);
}

std::optional<std::vector<int>> JsonObject::integers(std::string_view key, IntegerRange range) {
  const json* value = raw(key);
  if (!value) return std::nullopt;
  if (!value->is_array() || value->empty()) {
    wrong_type(key, *value, "a list of integers", "[...], each " + range_text(range));
    return std::nullopt;
  }
  std::vector<int> integers;
  for (const json& element : *value) {
    const auto integer =
        read_integer(element, pointer_to(key) + "/" + std::to_string(integers.size()), range, *problems_);
    if (!integer) return std::nullopt;
    integers.push_back(static_cast<int>(*integer));
  }
  return integers;
}

std::optional<double> JsonObject::number(std::string_view key, NumberRange range) {
  return quantity(key, range, nullptr, "a number");
}

std::optional<Seconds> JsonObject::duration(std::string_view key, NumberRange range) {
  return quantity(key, range, parse_duration, "a duration");
}

std::optional<BytesPerSecond> JsonObject::bandwidth(std::string_view key, NumberRange range) {
  return quantity(key, range, parse_bandwidth, "a bandwidth");
}

std::optional<FlopsPerSecond> JsonObject::flops(std::string_view key, NumberRange range) {
  return quantity(key, range, parse_flops, "a computing rate");
}

std::optional<double> JsonObject::quantity(std::string_view key, NumberRange range, ParseQuantity parse,
                                           std::string_view wanted) {
  const json* value = raw(key);
  if (!value) return std::nullopt;
  double number = 0;
  if (value->is_number()) {
    number = value->get<double>();
  } else if (value->is_string() && parse) {
    try {
      number = parse(value->get_ref<const std::string&>());
    } catch (const Error& error) {
      add_problem(key, error.problems().front().what, error.problems().front().remedy);
      return std::nullopt;
    }
  } else {
    wrong_type(key, *value, wanted, range.text);
    return std::nullopt;
  }
  if (number >= range.low && number <= range.high) return number;
  add_problem(key, describe(*value) + " is out of range", fmt::format("give {}", range.text));
  return std::nullopt;
}

std::optional<Bytes> JsonObject::bytes(std::string_view key, IntegerRange range) {
  const json* value = raw(key);
  if (!value || !value->is_string()) return integer(key, range);
  try {
    return read_integer(parse_bytes(value->get_ref<const std::string&>()), pointer_to(key), range,
                        *problems_);
  } catch (const Error& error) {
    add_problem(key, error.problems().front().what, error.problems().front().remedy);
    return std::nullopt;
  }
}

JsonObject JsonObject::object(std::string_view key) {
  const json* value = raw(key);
  return {value ? *value : empty_object(), pointer_to(key), *problems_};
}

std::optional<std::size_t> JsonObject::choice_index(std::string_view key, std::string_view what,
                                                    std::span<const Name> names) {
  const auto text = string(key);
  if (!text) return std::nullopt;
  std::vector<std::string_view> allowed;
  for (const Name& name : names)
    if (name.available) allowed.push_back(name.name);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (*text != names[i].name && *text != camel_case(names[i].name)) continue;
    if (names[i].available) return i;
    add_problem(key, fmt::format("\"{}\" is not available yet", *text), suggestion("", allowed));
    return std::nullopt;
  }
  add_problem(key, fmt::format("{} is not {}", in_quotes(*text), what), suggestion(*text, allowed));
  return std::nullopt;
}

void JsonObject::not_yet(std::initializer_list<NotYet> keys) {
  for (const NotYet& one : keys) {
    const json* value = raw(one.key);
    if (!value || (!one.today.empty() && *value == json::parse(one.today))) continue;
    const std::string remedy =
        one.today.empty() ? "leave it out" : "leave it out or give " + std::string(one.today);
    add_problem(one.key, fmt::format("{} with {} is not available yet", one.key, describe(*value)), remedy);
  }
}

void JsonObject::allow(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (std::ranges::find(known_, key) == known_.end()) known_.emplace_back(key);
}

void JsonObject::finish() {
  const std::vector<std::string_view> candidates(known_.begin(), known_.end());
  for (const auto& [key, value] : object_->items())
    if (std::ranges::find(known_, key) == known_.end())
      add_problem(key, "unknown key", suggestion(key, candidates));
}

}  // namespace epsim
