#include "platforms/error.hpp"

#include "platforms/printable.hpp"

namespace epsim {

/// Bytes of a place or a fault; what a user wrote may be in them, whatever its size.
constexpr std::size_t most_shown = 400;

Error::Error(Kind kind, std::vector<Problem> problems) : kind_(kind), problems_(std::move(problems)) {
  for (const Problem& problem : problems_) {
    if (!text_.empty()) text_ += '\n';
    if (!problem.place.empty()) text_ += printable(problem.place, most_shown) + ": ";
    text_ += printable(problem.what, most_shown);
    if (!problem.remedy.empty()) text_ += "; " + printable(problem.remedy);
  }
}

Error input_error(std::string place, std::string what, std::string remedy) {
  return Error(Error::Kind::input, {{std::move(place), std::move(what), std::move(remedy)}});
}

Error internal_error(std::string place, const std::string& what, const std::string& remedy) {
  const std::string report = "please report this with the scenario and the command";
  return Error(Error::Kind::internal, {{std::move(place), "internal error: " + what,
                                        remedy.empty() ? report : report + "; " + remedy}});
}

Error simulation_error(std::string place, std::string what, std::string remedy) {
  return Error(Error::Kind::simulation, {{std::move(place), std::move(what), std::move(remedy)}});
}

}  // namespace epsim
