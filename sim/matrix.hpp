// A dense row-major matrix of plain values.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace epsim {

template <class T>
class Matrix {
 public:
  Matrix() = default;
  Matrix(int rows, int columns, T value = T{})
      : rows_(rows),
        columns_(columns),
        values_(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns), value) {}

  [[nodiscard]] int rows() const { return rows_; }
  [[nodiscard]] int columns() const { return columns_; }
  [[nodiscard]] T& operator()(int row, int column) { return values_[index(row, column)]; }
  [[nodiscard]] const T& operator()(int row, int column) const { return values_[index(row, column)]; }
  [[nodiscard]] std::span<T> row(int r) {
    return {&values_[index(r, 0)], static_cast<std::size_t>(columns_)};
  }
  [[nodiscard]] std::span<const T> row(int r) const {
    return {&values_[index(r, 0)], static_cast<std::size_t>(columns_)};
  }
  bool operator==(const Matrix&) const = default;

 private:
  [[nodiscard]] std::size_t index(int row, int column) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) +
           static_cast<std::size_t>(column);
  }

  int rows_ = 0;
  int columns_ = 0;
  std::vector<T> values_;
};

}  // namespace epsim
