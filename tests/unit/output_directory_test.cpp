#include "analysis/exports/output_directory.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ostream>
#include <set>
#include <sstream>

#include "platforms/error.hpp"

using namespace epsim;

namespace {

class Scratch {
 public:
  Scratch() : path_(std::filesystem::temp_directory_path() / ("epsim_output_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directory(path_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::set<std::string> files_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  if (!std::filesystem::exists(folder)) return {"(no folder)"};
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.insert(entry.path().filename().string());
  return names;
}

void hello(std::ostream& out) {
  out << "hello\n";
}

}  // namespace

TEST_CASE("output: files appear together under their names") {
  const Scratch scratch;
  const auto folder = scratch.path() / "a" / "b";
  OutputDirectory out(folder);
  out.add("one.csv", hello);
  out.add("result.json", hello);
  CHECK(!files_in(folder).contains("one.csv"));
  CHECK(files_in(folder).size() == 2);
  out.commit();
  CHECK(files_in(folder) == std::set<std::string>{"one.csv", "result.json"});
  std::ostringstream text;
  text << std::ifstream(folder / "one.csv").rdbuf();
  CHECK(text.str() == "hello\n");
}

TEST_CASE("output: what is not committed is gone and so is a folder made for it") {
  const Scratch scratch;
  { OutputDirectory(scratch.path() / "made").add("one.csv", hello); }
  CHECK(files_in(scratch.path() / "made") == std::set<std::string>{"(no folder)"});
  { OutputDirectory(scratch.path()).add("one.csv", hello); }
  CHECK(files_in(scratch.path()).empty());
}

TEST_CASE("output: a stream that fails is an error and leaves nothing") {
  const Scratch scratch;
  try {
    OutputDirectory out(scratch.path());
    out.add("one.csv", hello);
    out.add("two.csv", [](std::ostream& stream) { stream.setstate(std::ios::badbit); });
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == Error::Kind::simulation);
    CHECK(std::string(error.what()).find("two.csv") != std::string::npos);
  }
  CHECK(files_in(scratch.path()).empty());
}

TEST_CASE("output: a name that cannot be given takes the whole set back") {
  const Scratch scratch;
  std::filesystem::create_directories(scratch.path() / "two.csv" / "in the way");
  {
    OutputDirectory out(scratch.path());
    out.add("one.csv", hello);
    out.add("two.csv", hello);
    out.add("result.json", hello);
    CHECK_THROWS_AS(out.commit(), Error);
  }
  CHECK(files_in(scratch.path()) == std::set<std::string>{"two.csv"});
}

TEST_CASE("output: a signal that asks to stop leaves nothing, at any time before the end") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
    for (const bool is_writing : {true, false}) {
      const Scratch scratch;
      const pid_t child = fork();
      if (child == 0) {
        std::signal(signal, SIG_DFL);
        dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
        clean_up_when_interrupted();
        OutputDirectory out(scratch.path() / "made");
        out.add("one.csv", hello);
        if (is_writing) out.add("two.csv", [&](std::ostream&) { raise(signal); });
        raise(signal);
        _exit(0);
      }
      int status = 0;
      REQUIRE(waitpid(child, &status, 0) == child);
      CHECK(WIFEXITED(status));
      CHECK(WEXITSTATUS(status) == 130);
      CHECK(files_in(scratch.path()).empty());
    }
}

TEST_CASE("output: an older result is replaced as a whole, its other traces go, or it stays as it was") {
  const Scratch scratch;
  const auto text_of = [&](const std::string& name) {
    std::ostringstream text;
    text << std::ifstream(scratch.path() / name).rdbuf();
    return text.str();
  };
  for (const char* name : {"trace_ring.json", "links.csv", "result.json", "mine.txt"})
    std::ofstream(scratch.path() / name) << "old";
  // A folder in the way of the second name; the first one and the last were renamed by then.
  std::filesystem::create_directory(scratch.path() / "spans.csv");
  {
    OutputDirectory out(scratch.path());
    for (const char* name : {"links.csv", "spans.csv", "result.json"}) out.add(name, hello);
    CHECK_THROWS_AS(out.commit(), Error);
  }
  CHECK(files_in(scratch.path()) ==
        std::set<std::string>{"trace_ring.json", "links.csv", "spans.csv", "result.json", "mine.txt"});
  for (const char* name : {"trace_ring.json", "links.csv", "result.json", "mine.txt"})
    CHECK(text_of(name) == "old");
  std::filesystem::remove(scratch.path() / "spans.csv");
  {
    OutputDirectory out(scratch.path());
    for (const char* name : {"links.csv", "spans.csv", "result.json"}) out.add(name, hello);
    out.commit();
  }
  CHECK(files_in(scratch.path()) ==
        std::set<std::string>{"links.csv", "spans.csv", "result.json", "mine.txt"});
  CHECK(text_of("result.json") == "hello\n");
  CHECK(text_of("mine.txt") == "old");
}

TEST_CASE("output: a folder that cannot be is an input error at once") {
  const Scratch scratch;
  std::ofstream(scratch.path() / "file") << "x";
  for (const char* name : {"file", "file/below"}) {
    try {
      OutputDirectory out(scratch.path() / name);
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.kind() == Error::Kind::input);
    }
  }
}
