// A rapidcheck property inside a doctest case (Debian's rapidcheck has no doctest header).
#pragma once

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <sstream>
#include <string>

namespace epsim {

/// Fails the running test case with rapidcheck's counterexample unless the property holds.
template <class Property>
void check_property(const std::string& name, Property&& property) {
  const auto result =
      rc::detail::checkTestable(std::forward<Property>(property), rc::detail::TestMetadata{name, name});
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  INFO(text.str());
  CHECK(result.template is<rc::detail::SuccessResult>());
}

}  // namespace epsim
