// PatternOptions: the options of all communication patterns. Each pattern defines a struct of its own and
// finds it here by its type, so that what carries options does not know which patterns there are.
#pragma once

#include <any>
#include <map>
#include <typeindex>

namespace epsim {

class PatternOptions {
 public:
  /// A pattern's options, as they are by default until somebody changes them.
  template <class Options>
  [[nodiscard]] const Options& of() const {
    static const Options defaults;
    const auto found = values_.find(typeid(Options));
    return found == values_.end() ? defaults : *std::any_cast<Options>(&found->second);
  }
  template <class Options>
  [[nodiscard]] Options& of() {
    std::any& value = values_[typeid(Options)];
    if (!value.has_value()) value = Options();
    return *std::any_cast<Options>(&value);
  }

 private:
  std::map<std::type_index, std::any> values_;
};

}  // namespace epsim
