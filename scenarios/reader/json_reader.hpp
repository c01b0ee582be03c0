// Checked reading of a JSON object. Each accessor names a member and what it may hold; a member that is
// absent gives nothing, a member that is wrong gives nothing and adds a Problem with its JSON pointer, so
// that all faults of a file are found in one pass. `finish` reports the members that no accessor named.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platforms/error.hpp"
#include "platforms/units.hpp"

namespace epsim {

/// Inclusive bounds.
struct IntegerRange {
  std::int64_t low;
  std::int64_t high;
};
struct NumberRange {
  double low;
  double high;
  std::string_view text;  ///< for people: "0 s to 1 s"
};

/// One name of an enumeration. Files may also write it in CamelCase.
template <class E>
struct Choice {
  std::string_view name;
  E value;
  bool available = true;  ///< false: planned; using it is an error that says so
};

/// A key that exists in the format but not yet in the program, and the value that asks for nothing new, as
/// JSON text (empty: there is none).
struct NotYet {
  std::string_view key;
  std::string_view today;
};

/// The value and its type, for people: `the string "abc"`, `2.5`, `an object`.
[[nodiscard]] std::string describe(const nlohmann::json& value);
/// The text in double quotes, or its length when it is very long.
[[nodiscard]] std::string in_quotes(std::string_view text);

class JsonObject {
 public:
  /// Anything but an object is a problem, and then reads like an empty object. Keeps references.
  JsonObject(const nlohmann::json& value, std::string pointer, std::vector<Problem>& problems);

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  [[nodiscard]] std::string pointer_to(std::string_view key) const;
  [[nodiscard]] std::vector<Problem>& problems() { return *problems_; }
  /// Of the whole file so far.
  [[nodiscard]] std::size_t problem_count() const { return problems_->size(); }
  void add_problem(std::string_view key, std::string what, std::string remedy = "");

  /// The member as it stands; null pointer when absent.
  const nlohmann::json* raw(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::string> string(std::string_view key);
  /// Integers, and other numbers with an integral value.
  std::optional<std::int64_t> integer(std::string_view key, IntegerRange range);
  /// A list of at least one integer, each in the range.
  std::optional<std::vector<int>> integers(std::string_view key, IntegerRange range);
  std::optional<double> number(std::string_view key, NumberRange range);
  /// A plain number in base units or a string with a unit.
  std::optional<Seconds> duration(std::string_view key, NumberRange range);
  std::optional<BytesPerSecond> bandwidth(std::string_view key, NumberRange range);
  std::optional<FlopsPerSecond> flops(std::string_view key, NumberRange range);
  std::optional<Bytes> bytes(std::string_view key, IntegerRange range);
  /// An object; an absent member reads like an empty one.
  JsonObject object(std::string_view key);

  /// `what` completes the sentence `"x" is not ...`, as in "a routing strategy".
  template <class E>
  std::optional<E> choice(std::string_view key, std::string_view what, std::span<const Choice<E>> choices) {
    std::vector<Name> names;
    for (const auto& one : choices) names.push_back({one.name, one.available});
    const auto index = choice_index(key, what, names);
    if (!index) return std::nullopt;
    return choices[*index].value;
  }

  void not_yet(std::initializer_list<NotYet> keys);
  /// Names members that are allowed here but read elsewhere.
  void allow(std::initializer_list<std::string_view> keys);
  void finish();

 private:
  struct Name {
    std::string_view name;
    bool available;
  };
  using ParseQuantity = double (*)(std::string_view);

  const nlohmann::json* find(std::string_view key) const;
  void wrong_type(std::string_view key, const nlohmann::json& found, std::string_view wanted,
                  std::string_view range);
  std::optional<double> quantity(std::string_view key, NumberRange range, ParseQuantity parse,
                                 std::string_view wanted);
  std::optional<std::size_t> choice_index(std::string_view key, std::string_view what,
                                          std::span<const Name> names);

  const nlohmann::json* object_;
  std::string pointer_;
  std::vector<Problem>* problems_;
  std::vector<std::string> known_;
};

/// An integer element of a list, checked like JsonObject::integer.
[[nodiscard]] std::optional<std::int64_t> read_integer(const nlohmann::json& value,
                                                       const std::string& pointer, IntegerRange range,
                                                       std::vector<Problem>& problems);

/// Replaces `target` when the file said something: target keeps its default otherwise.
template <class T, class V>
void assign(T& target, const std::optional<V>& value) {
  if (value) target = static_cast<T>(*value);
}

}  // namespace epsim
