#include "platforms/error.hpp"

namespace epsim {

Error::Error(Kind kind, std::vector<Problem> problems) : kind_(kind), problems_(std::move(problems)) {
  for (const Problem& problem : problems_) {
    if (!text_.empty()) text_ += '\n';
    if (!problem.place.empty()) text_ += problem.place + ": ";
    text_ += problem.what;
    if (!problem.remedy.empty()) text_ += "; " + problem.remedy;
  }
}

Error input_error(std::string place, std::string what, std::string remedy) {
  return Error(Error::Kind::input, {{std::move(place), std::move(what), std::move(remedy)}});
}

Error simulation_error(std::string place, std::string what, std::string remedy) {
  return Error(Error::Kind::simulation, {{std::move(place), std::move(what), std::move(remedy)}});
}

}  // namespace epsim
