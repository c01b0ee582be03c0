#include "scenarios/sweep/where.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "scenarios/reader/json_reader.hpp"

namespace epsim {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 6> relations = {"<", "<=", ">", ">=", "==", "!="};
constexpr const char* example =
    "write for example \"/platform/nodes * /workload/tokens_per_device <= 65536\"";

[[noreturn]] void fail(const std::string& place, std::string what) {
  throw input_error(place, std::move(what), example);
}

bool is_relation(const std::string& word) {
  for (const std::string_view relation : relations)
    if (word == relation) return true;
  return false;
}

WhereClause::Factor factor_of(const std::string& word, const std::string& place) {
  if (word.starts_with('/')) return {word, nullptr};
  json value = json::parse(word, nullptr, false);
  if (value.is_number() || value.is_string() || value.is_boolean())
    return {"", std::make_shared<const json>(std::move(value))};
  fail(place, fmt::format("{} is not a number, a text in double quotes or a /pointer", in_quotes(word)));
}

/// Factors with "*" between them.
WhereClause::Product product_of(const std::vector<std::string>& words, const std::string& place) {
  WhereClause::Product product;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool is_operator = i % 2 == 1;
    if (is_operator != (words[i] == "*"))
      fail(place, fmt::format("did not expect {} there", in_quotes(words[i])));
    if (!is_operator) product.push_back(factor_of(words[i], place));
  }
  if (words.size() % 2 == 0) fail(place, "a value is missing");
  return product;
}

[[noreturn]] void fail_comparison(const WhereClause& comparison, const std::string& what) {
  throw input_error("/where", fmt::format("\"{}\": {}", comparison.text, what),
                    "compare numbers, or texts with == and !=");
}

json value_of(const WhereClause& comparison, const WhereClause::Factor& factor, const Lookup& lookup) {
  if (factor.value) return *factor.value;
  const json* value = lookup(factor.pointer);
  if (!value) fail_comparison(comparison, factor.pointer + " has no value here");
  return *value;
}

/// A lone factor as it is; a product of several as a number.
json value_of(const WhereClause& comparison, const WhereClause::Product& product, const Lookup& lookup) {
  json first = value_of(comparison, product.front(), lookup);
  if (product.size() == 1) return first;
  double result = 1;
  for (const WhereClause::Factor& factor : product) {
    const json value = value_of(comparison, factor, lookup);
    if (!value.is_number()) fail_comparison(comparison, describe(value) + " cannot be multiplied");
    result *= value.get<double>();
  }
  return result;
}

}  // namespace

WhereClause parse_comparison(std::string_view text, const std::string& place) {
  WhereClause comparison;
  comparison.text = std::string(text);
  std::array<std::vector<std::string>, 2> sides;
  std::istringstream stream(comparison.text);
  for (std::string word; stream >> word;) {
    if (!is_relation(word))
      sides[comparison.relation.empty() ? 0 : 1].push_back(word);
    else if (comparison.relation.empty())
      comparison.relation = word;
    else
      fail(place, "it compares twice");
  }
  if (comparison.relation.empty()) fail(place, fmt::format("{} compares nothing", in_quotes(text)));
  comparison.left = product_of(sides[0], place);
  comparison.right = product_of(sides[1], place);
  return comparison;
}

std::vector<std::string> pointers_in(const WhereClause& comparison) {
  std::vector<std::string> pointers;
  for (const WhereClause::Product* product : {&comparison.left, &comparison.right})
    for (const WhereClause::Factor& factor : *product)
      if (!factor.value) pointers.push_back(factor.pointer);
  return pointers;
}

bool holds(const WhereClause& comparison, const Lookup& lookup) {
  const json left = value_of(comparison, comparison.left, lookup);
  const json right = value_of(comparison, comparison.right, lookup);
  const std::string& relation = comparison.relation;
  if (left.is_number() != right.is_number())
    fail_comparison(comparison, fmt::format("{} and {} cannot be compared", describe(left), describe(right)));
  if (relation == "==") return left == right;
  if (relation == "!=") return left != right;
  if (!left.is_number()) fail_comparison(comparison, fmt::format("{} has no order", describe(left)));
  const double a = left.get<double>();
  const double b = right.get<double>();
  if (relation == "<") return a < b;
  if (relation == "<=") return a <= b;
  if (relation == ">") return a > b;
  return a >= b;
}

}  // namespace epsim
