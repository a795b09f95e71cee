#pragma once

#include "mammo/core/tensor.hpp"

#include <string>
#include <vector>

namespace mammo::test {

// max |a - b| / max |b| over the elements, any layouts and floating dtypes; NaN equals NaN. Infinite where
// shapes differ, where only one is NaN, and where integers differ at all. A max |b| below `floor` counts as
// it.
double largest_error(const Tensor& a, const Tensor& b, double floor = 0);

// Whether two tensors of one dtype and layout hold the same bytes, filled-up blocks included.
bool same_bytes(const Tensor& a, const Tensor& b);

// How every operation does on every backend, printed when it goes.
class ErrorTable {
 public:
  ErrorTable() = default;
  ~ErrorTable();
  ErrorTable(const ErrorTable&) = delete;
  ErrorTable& operator=(const ErrorTable&) = delete;

  void add(const std::string& operation, const std::string& backend, const std::string& direction,
           double error);

 private:
  struct Row {
    std::string operation;
    std::string backend;
    std::string direction;
    int runs = 0;
    double largest = 0;
  };
  std::vector<Row> rows_;
};

} // namespace mammo::test
