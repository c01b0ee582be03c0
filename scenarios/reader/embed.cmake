# Writes OUTPUT, a C++ source in which FUNCTION gives the text of every file of FILES under its name without
# extension.
set(entries "")
list(LENGTH FILES count)
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME_WE)
  file(READ "${file}" text)
  string(APPEND entries "    EmbeddedFile{\"${name}\", R\"json(${text})json\"sv},\n")
endforeach()
file(WRITE "${OUTPUT}" "#include <array>

#include \"scenarios/reader/embedded.hpp\"

namespace epsim {

using namespace std::string_view_literals;  // a length that needs no counting

std::span<const EmbeddedFile> ${FUNCTION}() {
  static constexpr std::array<EmbeddedFile, ${count}> files = {
${entries}  };
  return files;
}

}  // namespace epsim
")
