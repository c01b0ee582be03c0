#include "tests/fuzz/mutator.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

namespace epsim {
namespace {

using nlohmann::json;

constexpr std::size_t longest = 1 << 18;

constexpr std::array<std::string_view, 44> words = {"null",
                                                    "true",
                                                    "[]",
                                                    "{}",
                                                    "\"\"",
                                                    "0",
                                                    "-1",
                                                    "1",
                                                    "2",
                                                    "1e999",
                                                    "-0.0",
                                                    "0.1",
                                                    "1e-320",
                                                    "nan",
                                                    "inf",
                                                    "9223372036854775807",
                                                    "9223372036854775808",
                                                    "18446744073709551616",
                                                    "2147483648",
                                                    "4294967295",
                                                    "65536",
                                                    "\"\\u0000\"",
                                                    "\"\\ud800\"",
                                                    "\xff",
                                                    "\xc3",
                                                    "\n",
                                                    "\r\n",
                                                    " ",
                                                    ",",
                                                    ":",
                                                    "\"",
                                                    "\\",
                                                    "/",
                                                    "~0",
                                                    "~1",
                                                    "..",
                                                    "1GBps",
                                                    "2us",
                                                    "-5us",
                                                    "1e400us",
                                                    "/dev/null",
                                                    "{\"preset\":",
                                                    "[[[[",
                                                    "\t"};

/// Every value in it, itself first.
void list_nodes(json& value, std::vector<json*>& nodes) {
  nodes.push_back(&value);
  if (value.is_structured())
    for (json& member : value) list_nodes(member, nodes);
}

}  // namespace

const std::string& Mutator::one_of(const std::vector<std::string>& corpus) {
  return corpus[below(corpus.size())];
}

void Mutator::change_bytes(std::string& text, const std::string& other) {
  const std::size_t at = below(text.size() + 1);
  const std::size_t length = 1 + below(std::size_t{1} << below(10));
  switch (below(7)) {
    case 0:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
      break;
    case 1:
      if (at < text.size()) text[at] = static_cast<char>(below(256));
      break;
    case 2:
      text.erase(at, length);
      break;
    case 3:
      text.insert(at, text, below(text.size() + 1), length);
      break;
    case 4:
      text.insert(at, words[below(words.size())]);
      break;
    case 5:
      text.replace(at, std::min(length, text.size() - at), words[below(words.size())]);
      break;
    default:
      text.replace(at, std::min(length, text.size() - at), other, below(other.size() + 1), length);
  }
}

void Mutator::change_node(json& node, const json& other) {
  const auto number = [&](auto value) { return json(value); };
  const std::array values = {
      json(),          json(false),       json(""),           json::array(), json::object(),
      number(0),       number(-1),        number(0.5),        number(3),     number(1e300),
      number(1 << 30), number(INT64_MAX), number(UINT64_MAX), json("2us"),   json("1GBps"),
      json("ring"),    json("dynamic"),   json("megatron"),   number(4096),  number(1)};
  switch (below(6)) {
    case 0:
    case 1:
      node = values[below(values.size())];
      return;
    case 2:
      node = other;
      return;
    case 3:
      if (node.is_structured() && !node.empty())
        node.erase(std::next(node.begin(), static_cast<std::ptrdiff_t>(below(node.size()))));
      return;
    case 4:
      if (node.is_array()) node.push_back(other);
      if (node.is_number()) node = node.get<double>() * 2;
      return;
    default:
      if (node.is_object() && !node.empty()) {
        const std::string key =
            std::next(node.begin(), static_cast<std::ptrdiff_t>(below(node.size()))).key();
        node[key + "x"] = other;
      }
  }
}

bool Mutator::change_values(std::string& text, const std::string& other) {
  json document = json::parse(text, nullptr, false);
  json donor = json::parse(other, nullptr, false);
  if (document.is_discarded() || donor.is_discarded()) return false;
  std::vector<json*> donors;
  list_nodes(donor, donors);
  for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
    std::vector<json*> nodes;
    list_nodes(document, nodes);
    change_node(*nodes[below(nodes.size())], *donors[below(donors.size())]);
  }
  text = document.dump(-1, ' ', false, json::error_handler_t::replace);
  return true;
}

std::string Mutator::next(const std::vector<std::string>& corpus, bool is_json) {
  std::string text = one_of(corpus);
  const std::string& other = one_of(corpus);
  const bool keeps_json = is_json && below(4) != 0;  // most bytes that change make no JSON at all
  if (!keeps_json || !change_values(text, other))
    for (std::size_t changes = 1 + below(8); changes > 0; --changes) change_bytes(text, other);
  if (text.size() > longest) text.resize(longest);
  return text;
}

}  // namespace epsim
