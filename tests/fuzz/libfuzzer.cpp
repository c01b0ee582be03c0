// One reader (EPSIM_FUZZ_READER) as libFuzzer wants it: fuzz_scenario tests/fuzz/corpus/scenario
// -max_total_time=60
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/readers.hpp"
#include "tests/support/temporary_folder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const epsim::TemporaryFolder folder;
  static const epsim::Reader& reader =
      *std::ranges::find(epsim::readers(), EPSIM_FUZZ_READER, &epsim::Reader::name);
  static_cast<void>(epsim::feed(reader, {reinterpret_cast<const char*>(data), size}, folder.path()));
  return 0;
}
