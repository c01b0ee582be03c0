// The one error type of epsim: where in the input, what is wrong, what to do about it.
//
// Input errors are collected, so that a user sees all of a file's faults at once. The command line turns
// `kind` into the exit code: input 2, simulation 1, interrupted 130, internal (a fault of epsim) 70.
#pragma once

#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace epsim {

struct Problem {
  std::string place;   ///< JSON pointer, file (with line), command-line option, or operation; may be empty
  std::string what;    ///< what is wrong, with the value that was found
  std::string remedy;  ///< what is allowed or what to do; may be empty
};

class Error : public std::exception {
 public:
  enum class Kind { input, simulation, interrupted, internal };

  Error(Kind kind, std::vector<Problem> problems);
  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }
  /// All problems, one line each: "place: what; remedy". What came from outside is made printable.
  [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

 private:
  Kind kind_;
  std::vector<Problem> problems_;
  std::string text_;
};

/// Shorthands for the common case of one problem.
[[nodiscard]] Error input_error(std::string place, std::string what, std::string remedy = "");
[[nodiscard]] Error simulation_error(std::string place, std::string what, std::string remedy = "");
/// What must not happen: "place: internal error: what; please report ..., `remedy`".
[[nodiscard]] Error internal_error(std::string place, const std::string& what,
                                   const std::string& remedy = "");

}  // namespace epsim
