// No include runs upwards: between the floors, between the rooms of a floor, and to libraries that belong to
// one room.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

/// From the ground up.
constexpr std::array<std::string_view, 4> floors = {"platforms", "sim", "analysis", "scenarios"};

struct Include {
  std::string from;  ///< file, relative to the repository
  std::string what;  ///< as it stands between quotes or brackets
  bool is_own = false;
};

std::vector<Include> all_includes() {
  const fs::path root = EPSIM_SOURCE_DIR;
  const std::regex pattern(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Include> includes;
  for (const std::string_view floor : floors) {
    for (const auto& entry : fs::recursive_directory_iterator(root / floor)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".hpp" && extension != ".cpp") continue;
      std::ifstream file(entry.path());
      std::smatch match;
      for (std::string line; std::getline(file, line);)
        if (std::regex_search(line, match, pattern))
          includes.push_back(
              {fs::relative(entry.path(), root).string(), match[2].str(), match[1].str() == "\""});
    }
  }
  return includes;
}

std::size_t floor_of(const std::string& path) {
  const std::string_view top = std::string_view(path).substr(0, path.find('/'));
  return static_cast<std::size_t>(std::ranges::find(floors, top) - floors.begin());
}

/// A folder below a floor is a room; of the files that stand on the floor itself each pair of header and
/// source is.
std::string room_of(const std::string& path) {
  if (path == "platforms/network_graph.hpp")
    return "platforms/topology";  // apart only because it compiles slowly
  const fs::path file(path);
  const bool stands_on_floor = std::distance(file.begin(), file.end()) == 2;
  return stands_on_floor ? (file.parent_path() / file.stem()).string() : file.parent_path().string();
}

using Arrows = std::map<std::string, std::map<std::string, std::string>>;  // room -> room: by which file

/// The rooms of a way from `room` back to itself, with the files that point; empty: there is none.
std::string circle_through(const std::string& start, const Arrows& arrows) {
  std::map<std::string, std::string> came_from;
  std::vector<std::string> open = {start};
  while (!open.empty()) {
    const std::string room = open.back();
    open.pop_back();
    const auto found = arrows.find(room);
    if (found == arrows.end()) continue;
    for (const auto& [next, file] : found->second) {
      if (next == start) {
        std::string text = start;
        for (std::string at = room; at != start; at = came_from.at(at)) text = at + " -> " + text;
        return start + " -> " + text + " (last by " + file + ")";
      }
      if (came_from.try_emplace(next, room).second) open.push_back(next);
    }
  }
  return "";
}

/// Who may include what is not epsim's own.
struct Tenant {
  std::regex library;
  std::string_view room;
};

const std::vector<Tenant>& tenants() {
  static const std::vector<Tenant> all = {
      {std::regex("^simgrid/.*|^xbt.*"), "sim/engine/"},
      {std::regex("^CLI/.*"), "scenarios/commands/"},
      {std::regex("^sqlite3.*"), "scenarios/sweep/"},
      {std::regex("^(sys/"
                  ".*|unistd.h|fcntl.h|poll.h|signal.h|csignal|cerrno|errno.h|time.h|ctime|limits.h|stdio.h|"
                  "spawn.h)$"),
       "platforms/system/"},
  };
  return all;
}

/// The classes of named namespaces, "epsim::Schedule", with the files that define them.
std::map<std::string, std::vector<std::string>> all_classes() {
  const fs::path root = EPSIM_SOURCE_DIR;
  const std::regex opens(R"(^(?:inline )?namespace ?([\w:]*) ?\{)");
  const std::regex closes(R"(^\}  // namespace)");
  const std::regex defines(R"(^(?:struct|class|union|enum class) (\w+)(?: final)?(?: ?: ?[^{;]*)? \{)");
  std::map<std::string, std::vector<std::string>> classes;
  for (const std::string_view floor : floors) {
    for (const auto& entry : fs::recursive_directory_iterator(root / floor)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".hpp" && extension != ".cpp") continue;
      std::ifstream file(entry.path());
      std::vector<std::string> spaces;
      std::smatch match;
      for (std::string line; std::getline(file, line);) {
        if (std::regex_search(line, match, opens)) spaces.push_back(match[1]);
        if (std::regex_search(line, closes) && !spaces.empty()) spaces.pop_back();
        const bool is_anonymous = std::ranges::find(spaces, "") != spaces.end();
        if (is_anonymous || !std::regex_search(line, match, defines)) continue;
        std::string name;
        for (const std::string& space : spaces) name += space + "::";
        classes[name + match[1].str()].push_back(fs::relative(entry.path(), root).string());
      }
    }
  }
  return classes;
}

}  // namespace

TEST_CASE("floors: every include leads to a file of its own floor or one below") {
  std::size_t seen = 0;
  for (const Include& include : all_includes()) {
    if (!include.is_own) continue;
    CAPTURE(include.from);
    CAPTURE(include.what);
    CHECK(fs::exists(fs::path(EPSIM_SOURCE_DIR) / include.what));
    CHECK(floor_of(include.what) <= floor_of(include.from));
    ++seen;
  }
  CHECK(seen > 500);
}

TEST_CASE("floors: the rooms of a floor do not point at each other in a circle") {
  Arrows arrows;
  for (const Include& include : all_includes())
    if (include.is_own && room_of(include.what) != room_of(include.from))
      arrows[room_of(include.from)][room_of(include.what)] = include.from;
  CHECK(arrows.size() > 20);
  for (const auto& [room, next] : arrows) CHECK(circle_through(room, arrows) == "");
}

TEST_CASE("floors: SimGrid, CLI11, SQLite and the operating system each have one room") {
  std::map<std::string_view, int> used;
  for (const Include& include : all_includes()) {
    for (const Tenant& tenant : tenants()) {
      if (!std::regex_search(include.what, tenant.library)) continue;
      CAPTURE(include.from);
      CAPTURE(include.what);
      CHECK(include.from.starts_with(tenant.room));
      ++used[tenant.room];
    }
  }
  CHECK(used.size() == tenants().size());
}

TEST_CASE("floors: no two classes have one name - what the compiler makes of them would be mixed up") {
  const auto classes = all_classes();
  CHECK(classes.size() > 200);
  for (const auto& [name, files] : classes)
    CHECK_MESSAGE(files.size() == 1, name, " is defined in ", files.front(), " and ", files.back());
}
