#pragma once

#include "mammo/nn/formula.hpp"
#include "mammo/nn/safetensors.hpp"
#include "mammo/ops/autograd.hpp"
#include "tests/support/compare.hpp"

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace mammo::test {

// The gradients of a module's parameters against what tests/goldens/record_segmenters.py kept: f32 [P, 2 +
// S], for each parameter in the order of the names the largest magnitude, the Euclidean norm, and S elements
// at the places that the formula `<parameter>.places` gives. check_equal's rule, all parameters together.
inline void check_gradients(const Tensor& recorded, const nn::Module& module, double tolerance = 1e-4) {
  std::map<std::string, Tensor> gradients;
  for (const auto& entry : module.named_parameters()) gradients[entry.name] = grad(entry.tensor);
  REQUIRE(recorded.size(0) == static_cast<std::int64_t>(gradients.size()));
  const auto columns = static_cast<std::size_t>(recorded.size(1));
  const std::vector<double> rows = as_doubles(recorded);
  double m = 0;
  double largest_norm = 0;
  for (std::size_t i = 0; i < rows.size(); i += columns) {
    m = std::max(m, rows[i]);
    largest_norm = std::max(largest_norm, rows[i + 1]);
  }
  const double* row = rows.data();
  for (const auto& [name, gradient] : gradients) {
    INFO(name);
    REQUIRE(gradient.defined());
    const std::vector<double> values = as_doubles(gradient);
    double squares = 0;
    for (const double value : values) squares += value * value;
    double limit = tolerance * std::max(row[0], 1e-4 * m);
    // Zero by its mathematics, as the gradient of the keys' bias in attention is, which softmax does not see.
    if (row[0] <= 1e-12 * m && gradient.dtype() == DType::f32) limit = 1e-6 * m;
    CHECK(std::abs(largest_magnitude(values) - row[0]) <= limit);
    CHECK(std::abs(std::sqrt(squares) - row[1]) <=
          std::max(limit, tolerance * std::max(row[1], 1e-4 * largest_norm)));
    for (std::size_t s = 2; s < columns; ++s) {
      const double fraction = double{nn::formula_value(name + ".places", s - 2)};
      const auto place = static_cast<std::size_t>((fraction + 1) / 2 * static_cast<double>(values.size()));
      CHECK(std::abs(values[place] - row[s]) <= limit);
    }
    row += columns;
  }
}

} // namespace mammo::test
