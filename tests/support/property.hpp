// A rapidcheck property inside a doctest case (Debian's rapidcheck has no doctest header).
#pragma once

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <initializer_list>
#include <sstream>
#include <string>
#include <vector>

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

/// Inside a property: a random one of the values.
template <class T>
T one_of(std::initializer_list<T> values) {
  return *rc::gen::elementOf(std::vector<T>(values));
}

/// Inside a property: a random number, both ends included.
inline int between(int low, int high) {
  return *rc::gen::inRange(low, high + 1);
}

}  // namespace epsim
