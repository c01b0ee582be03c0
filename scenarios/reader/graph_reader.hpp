// Reads an explicit graph: `devices`, `switches` and `links`, or the GraphML `file` that holds them.
#pragma once

#include <filesystem>
#include <optional>

#include "platforms/graph_description.hpp"
#include "scenarios/reader/json_reader.hpp"

namespace epsim {

/// Nothing, and at least one problem, when it is not valid. Names are not compared yet. A file is looked for
/// from `base_folder` on.
[[nodiscard]] std::optional<GraphDescription> read_graph(JsonObject& object,
                                                         const std::filesystem::path& base_folder);
/// Throws Error (input) when the file is no such graph.
[[nodiscard]] GraphDescription load_graphml(const std::filesystem::path& path);

}  // namespace epsim
