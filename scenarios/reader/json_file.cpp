#include "scenarios/reader/json_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "platforms/error.hpp"
#include "platforms/system/input_file.hpp"
#include "scenarios/reader/json_reader.hpp"

namespace epsim {
namespace {

using nlohmann::json;

/// Reads characters and tells how far the parser has come, whatever copies of it the parser makes.
class TrackedCharacters {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  TrackedCharacters(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  TrackedCharacters& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  TrackedCharacters operator++(int) {
    TrackedCharacters before = *this;
    ++*this;
    return before;
  }
  bool operator==(const TrackedCharacters& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

/// Deeper nesting is a mistake, and would exhaust the stack where values are copied.
constexpr int deepest = 100;

/// "name:line:column" of the character before `end`.
std::string place_of(std::string_view text, std::string_view name, const char* end) {
  const std::string_view before = text.substr(0, static_cast<std::size_t>(end - text.data()));
  const auto line = 1 + std::ranges::count(before.substr(0, before.empty() ? 0 : before.size() - 1), '\n');
  const std::size_t newline =
      before.size() < 2 ? std::string_view::npos : before.rfind('\n', before.size() - 2);
  const std::size_t line_start = newline == std::string_view::npos ? 0 : newline + 1;
  return fmt::format("{}:{}:{}", name, line, std::max<std::size_t>(1, before.size() - line_start));
}

/// The library's message without its own prefix and position.
std::string reason_of(const json::exception& error) {
  const std::string_view message = error.what();
  const std::size_t position = message.find("column");
  const std::size_t bracket = message.find("] ");
  const std::size_t start = position != std::string_view::npos ? message.find(": ", position) : bracket;
  return std::string(start == std::string_view::npos ? message : message.substr(start + 2));
}

[[noreturn]] void fail_override(std::string_view option, std::string what, std::string remedy) {
  throw input_error(std::string(option), std::move(what), std::move(remedy));
}

std::string unescaped(std::string_view token) {
  std::string text;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escape = token[i] == '~' && i + 1 < token.size();
    if (escape && token[i + 1] == '0')
      text += '~';
    else if (escape && token[i + 1] == '1')
      text += '/';
    else {
      text += token[i];
      continue;
    }
    ++i;
  }
  return text;
}

std::vector<std::string> tokens_of(std::string_view pointer) {
  std::vector<std::string> tokens;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    tokens.push_back(unescaped(pointer.substr(0, end)));
    pointer.remove_prefix(end);
  }
  return tokens;
}

/// The list element that `token` names.
json& element(json& list, const std::string& token, const std::string& place, std::string_view option) {
  const bool digits =
      !token.empty() && token.size() < 10 && token.find_first_not_of("0123456789") == std::string::npos;
  if (digits && std::stoul(token) < list.size()) return list[std::stoul(token)];
  fail_override(option,
                fmt::format("{} is a list of {} and has no element \"{}\"", place, list.size(), token),
                list.empty() ? "set the whole list" : fmt::format("give 0 to {}", list.size() - 1));
}

/// What `token` names inside `parent`, which stands at `place`; made when it is missing from an object.
json& member(json& parent, const std::string& token, const std::string& place, std::string_view option) {
  const bool named_preset = place == "/model" || place == "/platform" || place == "/transport";
  if (named_preset && parent.is_string()) parent = json::object({{"preset", parent}});
  if (parent.is_null()) parent = json::object();
  if (parent.is_object()) return parent[token];
  if (parent.is_array()) return element(parent, token, place, option);
  fail_override(option, fmt::format("{} is {}, not an object", place, describe(parent)),
                fmt::format("set {} as a whole", place));
}

json override_value(std::string_view option, std::string_view text) {
  if (json::accept(text)) return parse_json(text, option);
  json value = text;
  try {
    static_cast<void>(value.dump());
  } catch (const json::exception&) {
    fail_override(option, "the value is not UTF-8 text", "write it in UTF-8");
  }
  return value;
}

}  // namespace

json parse_json(std::string_view text, std::string_view name) {
  const char* reached = text.data();
  std::vector<std::set<std::string>> keys_of_open_objects;
  const auto check = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > deepest)
      throw input_error(place_of(text, name, reached), "nested too deeply",
                        fmt::format("nest at most {} deep", deepest));
    if (event == json::parse_event_t::object_start) keys_of_open_objects.emplace_back();
    if (event == json::parse_event_t::object_end) keys_of_open_objects.pop_back();
    if (event == json::parse_event_t::key && !keys_of_open_objects.back().insert(parsed).second)
      throw input_error(place_of(text, name, reached), fmt::format("key {} is given twice", parsed.dump()),
                        "keep one of the two");
    return true;
  };
  try {
    return json::parse(TrackedCharacters(text.data(), &reached),
                       TrackedCharacters(text.data() + text.size(), &reached), check);
  } catch (const json::exception& error) {
    throw input_error(place_of(text, name, reached), "not valid JSON: " + reason_of(error));
  }
}

json load_json_file(const std::filesystem::path& path) {
  return parse_json(read_input_file(path, "give a JSON file"), path.string());
}

json parse_json_object(std::string_view text, std::string_view name) {
  json document = parse_json(text, name);
  if (!document.is_object())
    throw input_error(std::string(name), fmt::format("found {}, not an object", describe(document)),
                      "write { ... }");
  return document;
}

json load_json_object(const std::filesystem::path& path) {
  return parse_json_object(read_input_file(path, "give a JSON file"), path.string());
}

void set_value(json& document, std::string_view pointer, json value, std::string_view option) {
  json* target = &document;
  std::string place;
  for (const std::string& token : tokens_of(pointer)) {
    target = &member(*target, token, place, option);
    place += "/" + token;
  }
  *target = std::move(value);
}

void apply_override(json& document, std::string_view pointer_and_value) {
  const std::string option = fmt::format("--set {}", pointer_and_value);
  const std::size_t equals = pointer_and_value.find('=');
  if (equals == std::string_view::npos || !pointer_and_value.starts_with('/'))
    fail_override(option, "not of the form /pointer=value",
                  "write for example --set /workload/tokens_per_device=512");
  set_value(document, pointer_and_value.substr(0, equals),
            override_value(option, pointer_and_value.substr(equals + 1)), option);
}

}  // namespace epsim
