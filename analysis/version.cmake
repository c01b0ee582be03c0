# Writes OUTPUT, a C++ source with the version that marks results: VERSION and a hash of what the program is built from and
# with, so that results of another program are never taken for its own.
set(hashes "${BUILT_WITH}")
foreach(file IN LISTS FILES)
  file(SHA256 "${file}" hash)
  string(APPEND hashes "${hash}")
endforeach()
string(SHA256 hash "${hashes}")
string(SUBSTRING "${hash}" 0 12 hash)
file(WRITE "${OUTPUT}" "#include \"analysis/version.hpp\"

namespace epsim {

std::string_view version() {
  return \"${VERSION}+${hash}\";
}

}  // namespace epsim
")
