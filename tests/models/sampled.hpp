#pragma once

#include "mammo/nn/safetensors.hpp"
#include "tests/support/compare.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace mammo::test {

// An output of which tests/goldens/record_models.py kept samples, the largest magnitude and the Euclidean
// norm.
struct Sampled {
  std::string name; // in the golden file
  Tensor actual;
};

// check_equal's rule at the samples, with the recorded largest magnitudes; the norm of all elements within
// the same relative tolerance.
inline void check_sampled(const nn::SafeTensors& golden, const std::vector<Sampled>& together,
                          double tolerance = 1e-4) {
  double m = 0;
  for (const Sampled& s : together) {
    m = std::max(m, golden.tensor(s.name + ".summary").data<double>()[0]);
  }
  for (const auto& [name, actual] : together) {
    INFO(name);
    const auto shape = golden.tensor(name + ".shape");
    Shape expected_shape;
    for (const auto size : shape.data<std::int32_t>()) expected_shape.push_back(size);
    REQUIRE(actual.shape() == expected_shape);

    const Tensor summary = golden.tensor(name + ".summary");
    const double largest = summary.data<double>()[0];
    const double norm = summary.data<double>()[1];
    const std::vector<double> values = as_doubles(actual);
    double squares = 0;
    for (const double value : values) squares += value * value;
    CHECK(std::abs(std::sqrt(squares) - norm) <= tolerance * norm);
    CHECK(std::abs(largest_magnitude(values) - largest) <= tolerance * largest);

    const Tensor places = golden.tensor(name + ".places");
    const Tensor samples = golden.tensor(name + ".samples");
    double worst = 0;
    for (std::size_t i = 0; i < places.data<std::int32_t>().size(); ++i) {
      const auto place = static_cast<std::size_t>(places.data<std::int32_t>()[i]);
      worst = std::max(worst, std::abs(values[place] - double{samples.data<float>()[i]}));
    }
    CHECK(worst <= tolerance * std::max(largest, 1e-4 * m));
  }
}

} // namespace mammo::test
