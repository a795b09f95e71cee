#pragma once

#include "mammo/core/tensor.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace mammo::test {

struct Compared {
  std::string name;
  Tensor actual;
  Tensor expected;
};

inline std::vector<double> as_doubles(const Tensor& tensor) {
  const Tensor wide = tensor.plain().to(DType::f64);
  const auto values = wide.data<double>();
  return {values.begin(), values.end()};
}

inline double largest_magnitude(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

// "Equal to 1e-4": for each tensor max |a - b| <= tolerance * max(max |b|, 1e-4 m), where b is what is
// expected and m the largest |b| over the tensors compared together. A NaN is never equal.
inline void check_equal(const std::vector<Compared>& together, double tolerance = 1e-4) {
  std::vector<std::vector<double>> expected;
  double m = 0;
  for (const Compared& c : together) {
    expected.push_back(as_doubles(c.expected));
    m = std::max(m, largest_magnitude(expected.back()));
  }
  for (std::size_t i = 0; i < together.size(); ++i) {
    INFO(together[i].name);
    REQUIRE(together[i].actual.shape() == together[i].expected.shape());
    const std::vector<double> actual = as_doubles(together[i].actual);
    const double limit = tolerance * std::max(largest_magnitude(expected[i]), 1e-4 * m);
    double worst = 0;
    bool comparable = true;
    for (std::size_t j = 0; j < actual.size(); ++j) {
      const double difference = std::abs(actual[j] - expected[i][j]);
      comparable = comparable && !std::isnan(difference);
      worst = std::max(worst, difference);
    }
    CHECK(comparable);
    CHECK(worst <= limit);
  }
}

} // namespace mammo::test
