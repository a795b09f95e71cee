#pragma once

#include "mammo/core/tensor.hpp"

#include <string>
#include <vector>

namespace mammo::test {

// max |a - b| / max |b| over the elements, any layouts and floating dtypes; NaN equals NaN. Infinite where
// shapes differ, where only one is NaN, and where integers differ at all.
double largest_error(const Tensor& a, const Tensor& b);

// Whether two tensors of one dtype and layout hold the same bytes, filled-up blocks included.
bool same_bytes(const Tensor& a, const Tensor& b);

// How every operation does on every backend, printed when it goes.
class ErrorTable {
 public:
  ErrorTable() = default;
  ~ErrorTable();
  ErrorTable(const ErrorTable&) = delete;
  ErrorTable& operator=(const ErrorTable&) = delete;

  void add(const std::string& operation, const std::string& backend, double error);

 private:
  struct Row {
    std::string operation;
    std::string backend;
    int runs = 0;
    double largest = 0;
  };
  std::vector<Row> rows_;
};

} // namespace mammo::test
