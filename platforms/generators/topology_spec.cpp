#include "platforms/generators/topology_spec.hpp"

#include <algorithm>
#include <cmath>

#include "platforms/error.hpp"
#include "platforms/generators/generator.hpp"

namespace epsim {
namespace {

ParameterValue empty_value(const Parameter& parameter) {
  if (std::holds_alternative<Parameter::Counts>(parameter.type)) return std::vector<int>();
  if (std::holds_alternative<Parameter::Graph>(parameter.type)) return GraphDescription();
  return 0;
}

}  // namespace

TopologySpec::TopologySpec(std::string_view name,
                           std::initializer_list<std::pair<std::string_view, ParameterValue>> values)
    : generator_(&epsim::generator(name)) {
  for (const Parameter& parameter : generator_->parameters)
    values_.push_back(parameter.default_value.value_or(empty_value(parameter)));
  for (const auto& [parameter, value] : values) (*this)[parameter] = value;
}

std::size_t TopologySpec::place_of(std::string_view parameter) const {
  const auto& all = generator_->parameters;
  const auto found = std::ranges::find(all, parameter, &Parameter::name);
  if (found == all.end())
    throw internal_error(std::string(generator_->name), "no parameter " + std::string(parameter));
  return static_cast<std::size_t>(found - all.begin());
}

ParameterValue& TopologySpec::operator[](std::string_view parameter) {
  return values_[place_of(parameter)];
}

const ParameterValue& TopologySpec::operator[](std::string_view parameter) const {
  return values_[place_of(parameter)];
}

double TopologySpec::number(std::string_view parameter) const {
  return std::get<double>((*this)[parameter]);
}

int TopologySpec::count(std::string_view parameter) const {
  return static_cast<int>(std::lround(number(parameter)));
}

const std::vector<int>& TopologySpec::counts(std::string_view parameter) const {
  return std::get<std::vector<int>>((*this)[parameter]);
}

}  // namespace epsim
