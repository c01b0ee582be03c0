// Feeds wrong inputs to all readers for a time: fuzz [--seconds N] [--seed N] [--reader NAME] [FILE...]
//
// With files it feeds those, to the reader named. Every input is read in a child process. One that crashes,
// takes longer than 10 s or throws anything but an error of the input is a fault: it is kept in the current
// folder and named. The last lines are counts; the exit code is 1 if there was a fault. Built by clang, there
// are also fuzz_READER programs on libFuzzer, which look for new paths through the code.
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include "tests/fuzz/mutator.hpp"
#include "tests/fuzz/readers.hpp"
#include "tests/support/temporary_folder.hpp"

#ifdef __has_feature  // clang's way to say it
#define EPSIM_HAS_ASAN __has_feature(address_sanitizer)
#else
#define EPSIM_HAS_ASAN 0
#endif

namespace epsim {
namespace {

using Clock = std::chrono::steady_clock;

/// What the child that reads leaves for its parent.
struct Shared {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  std::size_t size = 0;  ///< of the input under way
  char input[1 << 20] = {};
  char reason[4096] = {};
};

struct Counts {
  std::uint64_t inputs = 0;
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  std::uint64_t faults = 0;
};

void limit_memory() {
#if !defined(__SANITIZE_ADDRESS__) && !EPSIM_HAS_ASAN  // which reserves all addresses
  constexpr rlim_t most = rlim_t{4} << 30;
  const rlimit limit = {most, most};
  setrlimit(RLIMIT_AS, &limit);
#endif
}

class Fuzzer {
 public:
  explicit Fuzzer(const Reader& reader)
      : reader_(reader),
        corpus_(corpus_of(reader, folder_.path())),
        shared_(new (mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
                    Shared) {}
  Fuzzer(const Fuzzer&) = delete;
  Fuzzer& operator=(const Fuzzer&) = delete;
  ~Fuzzer() { munmap(shared_, sizeof(Shared)); }

  /// The corpus as it is, then changed until the time is over.
  Counts run(std::uint64_t seed, std::chrono::duration<double> time) {
    const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(time);
    feed_all(corpus_);
    for (std::uint64_t round = 0; Clock::now() < end; ++round) {
      in_child([&] {
        Mutator mutator(seed + (round << 32));
        while (Clock::now() < end) feed_one(mutator.next(corpus_, reader_.is_json));
      });
    }
    return counts();
  }

  void feed_all(const std::vector<std::string>& inputs) {
    for (const std::string& input : inputs) in_child([&] { feed_one(input); });
  }

  [[nodiscard]] Counts counts() const {
    return {shared_->accepted + shared_->refused + faults_, shared_->accepted, shared_->refused, faults_};
  }

 private:
  void feed_one(const std::string& input) {
    shared_->size = std::min(input.size(), sizeof shared_->input);
    std::memcpy(shared_->input, input.data(), shared_->size);
    alarm(10);
    const Verdict verdict = feed(reader_, input, folder_.path());
    alarm(0);
    ++(verdict == Verdict::accepted ? shared_->accepted : shared_->refused);
  }

  template <class Work>
  void in_child(const Work& work) {
    shared_->reason[0] = '\0';
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
      limit_memory();
      try {
        work();
        _exit(0);
      } catch (const std::exception& error) {
        std::strncpy(shared_->reason, error.what(), sizeof shared_->reason - 1);
      }
      _exit(3);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) keep_fault(status);
  }

  void keep_fault(int status) {
    ++faults_;
    std::string reason = shared_->reason;
    if (WIFSIGNALED(status))
      reason = WTERMSIG(status) == SIGALRM ? "took longer than 10 s" : strsignal(WTERMSIG(status));
    else if (reason.empty())
      reason = "a sanitizer ended it";
    const std::string file = fmt::format("fuzz_fault_{}_{}", reader_.name, faults_);
    std::ofstream(file, std::ios::binary) << std::string_view(shared_->input, shared_->size);
    fmt::print("{}: FAULT, kept in {}: {}\n", reader_.name, file, reason);
  }

  const Reader& reader_;
  TemporaryFolder folder_;
  std::vector<std::string> corpus_;
  Shared* shared_;
  std::uint64_t faults_ = 0;
};

struct Options {
  double seconds = 30;
  std::uint64_t seed = 1;
  std::string reader;
  std::vector<std::string> files;
};

int fuzz(const Options& options) {
  Counts all;
  const auto is_wanted = [&](const Reader& reader) {
    return options.reader.empty() || options.reader == reader.name;
  };
  const auto wanted = std::ranges::count_if(readers(), is_wanted);
  for (const Reader& reader : readers()) {
    if (!is_wanted(reader)) continue;
    Fuzzer fuzzer(reader);
    if (options.files.empty()) {
      fuzzer.run(options.seed, std::chrono::duration<double>(options.seconds / static_cast<double>(wanted)));
    } else {
      for (const std::string& file : options.files) fuzzer.feed_all({read_file(file)});
    }
    const Counts counts = fuzzer.counts();
    fmt::print("{}: {} inputs, {} accepted, {} refused, {} faults\n", reader.name, counts.inputs,
               counts.accepted, counts.refused, counts.faults);
    all.inputs += counts.inputs;
    all.faults += counts.faults;
  }
  fmt::print("all: {} inputs, {} faults, seed {}\n", all.inputs, all.faults, options.seed);
  return all.faults == 0 && all.inputs > 0 ? 0 : 1;
}

}  // namespace
}  // namespace epsim

int main(int argc, char** argv) {
  epsim::Options options;
  std::vector<std::string> names;
  for (const epsim::Reader& reader : epsim::readers()) names.emplace_back(reader.name);
  CLI::App app("Feeds wrong inputs to the readers of epsim and counts what they do with them.", "fuzz");
  app.add_option("--seconds", options.seconds, "for all readers together (default: 30)");
  app.add_option("--seed", options.seed, "of the changes (default: 1)");
  CLI::Option* reader =
      app.add_option("--reader", options.reader, "only this one")->check(CLI::IsMember(names));
  app.add_option("FILE", options.files, "feed these instead, to the reader named")->needs(reader);
  CLI11_PARSE(app, argc, argv);
  return epsim::fuzz(options);
}
