#include "tests/backend/kernels_here.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <numbers>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using kernels::Function;
using test::kernels_here;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinite = std::numeric_limits<float>::infinity();

double sigmoid(double x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}
double normal_distribution(double x) {
  return std::erfc(-x / std::numbers::sqrt2) / 2;
}
double normal_density(double x) {
  return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
}

// In units in the last place of the expected value; numbers below f32's normal ones are left out.
double ulps(float value, double expected) {
  if (std::fabs(expected) < std::numeric_limits<float>::min()) return std::fabs(value) < 1e-37F ? 0 : 1e9;
  const int exponent = std::ilogb(expected);
  return std::fabs(static_cast<double>(value) - expected) / std::ldexp(1.0, exponent - 23);
}

// The largest error of f over [low, high], whose exact value is `exact`.
double worst(const kernels::VectorKernels& k, Function f, const std::function<double(double)>& exact,
             double low, double high) {
  constexpr std::size_t count = 200003;
  std::vector<float> x(count);
  for (std::size_t i = 0; i < count; ++i) {
    x[i] = static_cast<float>(low + (high - low) * static_cast<double>(i) / static_cast<double>(count - 1));
  }
  std::vector<float> y(count);
  k.apply(f, x.data(), y.data(), static_cast<std::int64_t>(count));
  double largest = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double error = ulps(y[i], exact(x[i]));
    largest = std::max(largest, std::isnan(error) ? 1e9 : error);
  }
  return largest;
}

float apply(const kernels::VectorKernels& k, Function f, float x) {
  float y = 0;
  k.apply(f, &x, &y, 1);
  return y;
}

} // namespace

TEST_CASE("cpu kernels: log, tanh and silu are within 4 units in the last place, gelu within 6") {
  const auto log = [](double x) { return std::log(x); };
  const auto tanh = [](double x) { return std::tanh(x); };
  const auto gelu = [](double x) { return x * normal_distribution(x); };
  const auto silu = [](double x) { return x * sigmoid(x); };
  for (const auto* k : kernels_here()) {
    CHECK(worst(*k, Function::log, log, 1e-30, 4) <= 4);
    CHECK(worst(*k, Function::log, log, 0.5, 1.5) <= 4);
    CHECK(worst(*k, Function::log, log, 1, 3e38) <= 4);
    CHECK(worst(*k, Function::tanh, tanh, -10, 10) <= 4);
    CHECK(worst(*k, Function::tanh, tanh, -1e-3, 1e-3) <= 4);
    CHECK(worst(*k, Function::gelu, gelu, -13, 13) <= 6);
    CHECK(worst(*k, Function::gelu, gelu, -1, 1) <= 6);
    CHECK(worst(*k, Function::silu, silu, -86, 86) <= 4);
    CHECK(worst(*k, Function::silu, silu, -1, 1) <= 4);
  }
}

TEST_CASE("cpu kernels: log, tanh, gelu and silu at the ends of the range and on NaN") {
  for (const auto* k : kernels_here()) {
    CHECK(apply(*k, Function::log, 0) == -infinite);
    CHECK(apply(*k, Function::log, -0.0F) == -infinite);
    CHECK(std::isnan(apply(*k, Function::log, -1)));
    CHECK(std::isnan(apply(*k, Function::log, -infinite)));
    CHECK(apply(*k, Function::log, infinite) == infinite);
    CHECK(apply(*k, Function::log, 1) == 0.0F);
    CHECK(apply(*k, Function::log, std::numeric_limits<float>::max()) == Approx(88.722839));
    CHECK(apply(*k, Function::log, std::numeric_limits<float>::min()) == Approx(-87.336545));
    CHECK(apply(*k, Function::tanh, infinite) == 1.0F);
    CHECK(apply(*k, Function::tanh, -infinite) == -1.0F);
    CHECK(apply(*k, Function::tanh, 0) == 0.0F);
    CHECK(apply(*k, Function::gelu, 0) == 0.0F);
    CHECK(apply(*k, Function::gelu, 1e30F) == 1e30F);
    CHECK(apply(*k, Function::gelu, -1e30F) == 0.0F);
    CHECK(apply(*k, Function::silu, 1e30F) == 1e30F);
    CHECK(apply(*k, Function::silu, -1e30F) == 0.0F);
    for (const Function f : {Function::log, Function::tanh, Function::gelu, Function::silu}) {
      CHECK(std::isnan(apply(*k, f, not_a_number)));
      const float one = 1;
      float y = 0;
      k->apply_gradient(f, &not_a_number, &one, &y, 1);
      CHECK(std::isnan(y));
      k->apply_gradient(f, &one, &not_a_number, &y, 1);
      CHECK(std::isnan(y));
    }
  }
}

TEST_CASE("cpu kernels: gradients of gelu and silu are right to 1e-6 wherever they are not flat") {
  std::vector<float> x(20001);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = -10.0F + 1e-3F * static_cast<float>(i);
  const std::vector<float> g(x.size(), 1.0F);
  std::vector<float> y(x.size());
  for (const auto* k : kernels_here()) {
    k->apply_gradient(Function::gelu, x.data(), g.data(), y.data(), static_cast<std::int64_t>(x.size()));
    double gelu_error = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double exact = normal_distribution(x[i]) + x[i] * normal_density(x[i]);
      gelu_error = std::max(gelu_error, std::fabs(y[i] - exact));
    }
    CHECK(gelu_error < 3e-7);
    k->apply_gradient(Function::silu, x.data(), g.data(), y.data(), static_cast<std::int64_t>(x.size()));
    double silu_error = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double exact = sigmoid(x[i]) * (1 + x[i] * sigmoid(-static_cast<double>(x[i])));
      silu_error = std::max(silu_error, std::fabs(y[i] - exact));
    }
    CHECK(silu_error < 3e-7);
  }
}

TEST_CASE("cpu kernels: bce and focal loss are within 8 units in the last place for hard targets") {
  const kernels::LossTerms bce{
      .kind = kernels::Loss::bce, .beta = 1, .scale = 1, .weight = 1, .weight_slope = 0, .gamma = 0};
  const kernels::LossTerms focal{.kind = kernels::Loss::focal,
                                 .beta = 1,
                                 .scale = 1,
                                 .weight = 0.75F,
                                 .weight_slope = -0.5F,
                                 .gamma = 2};
  std::vector<float> x(20001);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = -25.0F + 2.5e-3F * static_cast<float>(i);
  std::vector<float> y(x.size());
  for (const auto* k : kernels_here()) {
    for (const float target : {0.0F, 1.0F}) {
      const std::vector<float> t(x.size(), target);
      const auto count = static_cast<std::int64_t>(x.size());
      double bce_error = 0;
      double focal_error = 0;
      k->loss(bce, x.data(), t.data(), y.data(), count);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double wrong = target == 1 ? -x[i] : x[i];
        const double exact = std::max(wrong, 0.0) + std::log1p(std::exp(-std::fabs(wrong)));
        bce_error = std::max(bce_error, ulps(y[i], exact));
      }
      k->loss(focal, x.data(), t.data(), y.data(), count);
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double wrong = target == 1 ? -x[i] : x[i];
        const double cross = std::max(wrong, 0.0) + std::log1p(std::exp(-std::fabs(wrong)));
        const double weight = target == 1 ? 0.25 : 0.75;
        focal_error = std::max(focal_error, ulps(y[i], weight * cross * std::pow(sigmoid(wrong), 2)));
      }
      CHECK(bce_error <= 8);
      CHECK(focal_error <= 8);
    }
  }
}
