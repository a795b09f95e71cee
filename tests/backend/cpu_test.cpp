#include "mammo/backend/backend.hpp"
#include "mammo/backend/dispatch.hpp"
#include "mammo/core/random.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/ops/boxes.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/interpolation.hpp"
#include "mammo/ops/pooling.hpp"
#include "mammo/ops/reduction.hpp"
#include "tests/backend/kernels_here.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using kernels::Combination;
using kernels::Function;
using kernels::VectorKernels;
using test::kernels_here;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinite = std::numeric_limits<float>::infinity();

std::vector<float> ramp(float low, float high, std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = low + (high - low) * static_cast<float>(i) / static_cast<float>(count - 1);
  }
  return values;
}

Tensor on(const std::string& backend, const std::function<Tensor()>& compute) {
  const ExecutionScope scope({.backend = backend, .strict = true});
  return compute();
}

} // namespace

TEST_CASE("cpu kernels: exp and sigmoid are within 1e-6 of their values") {
  const std::vector<float> x = ramp(-87, 88, 100001);
  for (const VectorKernels* k : kernels_here()) {
    std::vector<float> e(x.size());
    std::vector<float> s(x.size());
    k->apply(Function::exp, x.data(), e.data(), static_cast<std::int64_t>(x.size()));
    k->apply(Function::sigmoid, x.data(), s.data(), static_cast<std::int64_t>(x.size()));
    double worst_exp = 0;
    double worst_sigmoid = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double v = x[i];
      worst_exp = std::max(worst_exp, std::abs(e[i] / std::exp(v) - 1));
      worst_sigmoid = std::max(worst_sigmoid, std::abs(s[i] * (1 + std::exp(-v)) - 1));
    }
    CHECK(worst_exp < 2.4e-7);
    CHECK(worst_sigmoid < 3.6e-7);
  }
}

TEST_CASE("cpu kernels: functions at the ends of the range and on NaN") {
  for (const VectorKernels* k : kernels_here()) {
    const auto apply = [&](Function f, float x) {
      float y = 0;
      k->apply(f, &x, &y, 1);
      return y;
    };
    CHECK(apply(Function::exp, 200) == infinite);
    CHECK(apply(Function::exp, infinite) == infinite);
    CHECK(apply(Function::exp, -200) == 0.0F);
    CHECK(apply(Function::exp, -infinite) == 0.0F);
    CHECK(apply(Function::exp, 0) == 1.0F);
    CHECK(apply(Function::sigmoid, infinite) == 1.0F);
    CHECK(apply(Function::sigmoid, -infinite) == 0.0F);
    CHECK(apply(Function::sigmoid, 0) == 0.5F);
    CHECK(apply(Function::neg, 2) == -2.0F);
    CHECK(apply(Function::abs, -2) == 2.0F);
    CHECK(apply(Function::sqrt, 9) == 3.0F);
    CHECK(apply(Function::relu, -3) == 0.0F);
    for (const Function f :
         {Function::relu, Function::sigmoid, Function::exp, Function::sqrt, Function::neg, Function::abs}) {
      CHECK(std::isnan(apply(f, not_a_number)));
    }
  }
}

TEST_CASE("cpu kernels: tails of every length are computed and nothing behind them is touched") {
  const std::vector<float> x = ramp(-4, 4, 40);
  const std::vector<float> z = ramp(1, 3, 40);
  for (const VectorKernels* k : kernels_here()) {
    for (std::size_t n = 0; n <= 33; ++n) {
      const auto count = static_cast<std::int64_t>(n);
      std::vector<float> y(40, -7.0F);
      k->apply(Function::neg, x.data(), y.data(), count);
      for (std::size_t i = 0; i < y.size(); ++i) CHECK(y[i] == (i < n ? -x[i] : -7.0F));

      std::fill(y.begin(), y.end(), -7.0F);
      k->combine(Combination::subtract, true, x.data(), 1, z.data(), 0, y.data(), count);
      for (std::size_t i = 0; i < y.size(); ++i) {
        CHECK(y[i] == (i < n ? std::max(0.0F, x[i] - z[0]) : -7.0F));
      }

      std::fill(y.begin(), y.end(), -7.0F);
      k->blend(x.data(), z.data(), 0.25F, y.data(), count);
      for (std::size_t i = 0; i < y.size(); ++i) {
        CHECK(y[i] == Approx(i < n ? 0.75F * x[i] + 0.25F * z[i] : -7.0F).margin(1e-6));
      }

      double expected = 0;
      for (std::size_t i = 0; i < n; ++i) expected += static_cast<double>(z[i]);
      CHECK(k->sum(z.data(), count) == Approx(expected).margin(1e-12));
    }
  }
}

TEST_CASE("cpu kernels: maximum and minimum are NaN where either side is") {
  const std::array<float, 9> a{1, not_a_number, 3, -1, 0, 5, 6, 7, not_a_number};
  const std::array<float, 9> b{2, 1, not_a_number, -2, 0, 4, 8, 7, not_a_number};
  for (const VectorKernels* k : kernels_here()) {
    std::array<float, 9> y{};
    k->combine(Combination::maximum, false, a.data(), 1, b.data(), 1, y.data(), 9);
    CHECK((std::isnan(y[1]) && std::isnan(y[2]) && std::isnan(y[8])));
    CHECK((y[0] == 2 && y[3] == -1 && y[5] == 5 && y[6] == 8 && y[7] == 7));
    k->combine(Combination::minimum, false, a.data(), 1, b.data(), 1, y.data(), 9);
    CHECK((std::isnan(y[1]) && std::isnan(y[2]) && std::isnan(y[8])));
    CHECK((y[0] == 1 && y[3] == -2 && y[5] == 4 && y[6] == 6 && y[7] == 7));
  }
}

TEST_CASE("cpu kernels: an overlapping box is found wherever it stands in the list") {
  // Boxes of 10 x 10 side by side; the candidate covers the upper half of box `which`: intersection 50,
  // union 100.
  for (const VectorKernels* k : kernels_here()) {
    for (std::size_t count = 1; count <= 19; ++count) {
      std::vector<double> left, top(count, 0), right, bottom(count, 10), area(count, 100);
      for (std::size_t i = 0; i < count; ++i) {
        left.push_back(10.0 * static_cast<double>(i));
        right.push_back(left.back() + 10);
      }
      const kernels::BoxArrays boxes{left.data(), top.data(), right.data(), bottom.data(), area.data()};
      const auto n = static_cast<std::int64_t>(count);
      for (std::size_t which = 0; which < count; ++which) {
        const kernels::BoxCorners half{left[which], 0, right[which], 5, 50};
        CHECK(k->overlaps_any(boxes, n, half, 0.49));
        CHECK_FALSE(k->overlaps_any(boxes, n, half, 0.5));
      }
      CHECK_FALSE(k->overlaps_any(boxes, 0, {0, 0, 10, 10, 100}, 0.1));
      CHECK_FALSE(k->overlaps_any(boxes, n, {3, 3, 3, 3, 0}, 0.0));
    }
  }
}

TEST_CASE("cpu: the padding of blocks stays zero where the function does not keep zero") {
  Generator random(1);
  const Tensor x = random_normal({2, 11, 3, 3}, 0, 1, random).to(Layout::nChw8c);
  const Tensor one = Tensor::full({1}, 1);
  const ExecutionScope scope({.backend = "cpu", .strict = true});
  for (const Tensor& y : {sigmoid(x), exp(x), divide(x, x), add(x, one), adaptive_max_pool2d(x, {3, 3})}) {
    REQUIRE(y.layout() == Layout::nChw8c);
    const float* elements = y.raw<float>();
    for (const std::int64_t picture : {0, 1}) {
      for (std::int64_t pixel = 0; pixel < 9; ++pixel) {
        for (std::int64_t lane = 3; lane < 8; ++lane) {
          CHECK(elements[((picture * 2 + 1) * 9 + pixel) * 8 + lane] == 0.0F);
        }
      }
    }
  }
}

TEST_CASE("cpu: a number a channel goes with a picture in any layout, and so do its sums") {
  const auto cpu = find_backend("cpu");
  const TensorSpec channels[] = {{.shape = {1, 12, 1, 1}}, {.shape = {12, 1, 1}}, {.shape = {2, 12, 1, 1}}};
  for (const Layout layout : {Layout::row_major, Layout::channels_last, Layout::nChw8c, Layout::nChw16c}) {
    const TensorSpec picture{.shape = {2, 12, 5, 7}, .layout = layout};
    INFO(layout);
    for (const TensorSpec& numbers : channels) {
      for (const auto& inputs : {std::vector{picture, numbers}, std::vector{numbers, picture}}) {
        const auto plan = cpu->plan({.operation = Binary{}, .inputs = inputs});
        REQUIRE(plan);
        CHECK(plan->outputs()[0].layout == layout);
      }
    }
    for (const Dims& dims : {Dims{0, 2, 3}, Dims{2, 3}}) {
      CHECK(cpu->plan({.operation = Reduce{.dims = dims}, .inputs = {picture}}));
      CHECK(cpu->plan({.operation = Reduce{.kind = ReduceKind::mean, .dims = dims}, .inputs = {picture}}));
    }
  }
}

TEST_CASE("cpu: enlarging keeps the layout and gives the same numbers in each") {
  Generator random(2);
  const Tensor x = random_normal({2, 11, 5, 4}, 0, 1, random);
  for (const Size2d size : {Size2d(10, 8), Size2d(7, 9), Size2d(2, 3)}) {
    const Tensor nearest = on("reference", [&] { return interpolate_nearest(x, size); });
    const Tensor bilinear = on("reference", [&] { return interpolate_bilinear(x, size); });
    for (const Layout layout : {Layout::row_major, Layout::channels_last, Layout::nChw8c, Layout::nChw16c}) {
      const Tensor y = on("cpu", [&] { return interpolate_nearest(x.to(layout), size); });
      CHECK(y.layout() == layout);
      CHECK(std::ranges::equal(y.plain().data<float>(), nearest.data<float>()));
      const Tensor z = on("cpu", [&] { return interpolate_bilinear(x.to(layout), size); });
      CHECK(z.layout() == layout);
      CHECK(std::ranges::equal(z.plain().data<float>(), bilinear.data<float>(),
                               [](float a, float b) { return std::abs(a - b) < 1e-6F; }));
    }
  }
}

TEST_CASE("cpu: top_k orders ties by index and NaN before any number") {
  const Tensor x = Tensor::from<float>({2, -0.0F, not_a_number, 5, 0.0F, 5, -infinite, not_a_number}, {8});
  const ExecutionScope scope({.backend = "cpu", .strict = true});
  const TopKResult all = top_k(x, 8);
  CHECK(std::ranges::equal(all.indices.data<std::int64_t>(),
                           std::array<std::int64_t, 8>{2, 7, 3, 5, 0, 1, 4, 6}));
  const TopKResult some = top_k(x, 3);
  CHECK(std::ranges::equal(some.indices.data<std::int64_t>(), std::array<std::int64_t, 3>{2, 7, 3}));
  CHECK(some.values.data<float>()[2] == 5.0F);
}

TEST_CASE("cpu: top_k of many equal values keeps the lowest indices") {
  Generator random(3);
  Tensor x = Tensor::zeros({20000});
  for (float& value : x.mutable_data<float>()) value = static_cast<float>(random.below(4));
  const auto indices = [&](const std::string& backend) {
    return on(backend, [&] { return top_k(x, 6000).indices; });
  };
  CHECK(std::ranges::equal(indices("cpu").data<std::int64_t>(), indices("reference").data<std::int64_t>()));
}

TEST_CASE("cpu: nms keeps what the plain algorithm keeps") {
  Generator random(4);
  Tensor boxes = random_uniform({700, 4}, 0, 60, random);
  const auto corners = boxes.mutable_data<float>();
  for (std::size_t i = 0; i < corners.size(); i += 4) {
    corners[i + 2] += corners[i];
    corners[i + 3] += corners[i + 1];
  }
  Tensor scores = random_uniform({700}, 0, 1, random);
  for (float& score : scores.mutable_data<float>()) score = std::round(score * 50) / 50;
  for (const double threshold : {0.1, 0.3, 0.7}) {
    for (const std::int64_t most : {std::int64_t{1}, std::int64_t{30}, std::int64_t{700}}) {
      const Nms options{.iou_threshold = threshold, .max_output = most};
      const auto kept = [&](const std::string& backend) {
        return on(backend, [&] { return nms(boxes, scores, options); }).clone();
      };
      const Tensor expected = kept("reference");
      CHECK(expected.size(0) > 0);
      CHECK(std::ranges::equal(kept("cpu").data<std::int64_t>(), expected.data<std::int64_t>()));
    }
  }
}

TEST_CASE("cpu: sums of many numbers do not drift") {
  // A million times 0.1, which f32 sums to 100958.3 one after the other.
  const Tensor x = Tensor::full({1000, 1000}, 0.1);
  const double tenth = static_cast<double>(0.1F);
  const ExecutionScope scope({.backend = "cpu", .strict = true});
  CHECK(sum(x).item<float>() == static_cast<float>(1e6 * tenth));
  CHECK(mean(x, {0}).data<float>()[999] == 0.1F);
  CHECK(adaptive_average_pool2d(x.reshape({1, 1, 1000, 1000}), 1).item<float>() == 0.1F);
}

TEST_CASE("cpu: the number of threads does not change a bit", "[threads]") {
  Generator random(5);
  const Tensor x = random_normal({1, 16, 200, 112}, 0, 1, random);
  const auto compute = [&] {
    const ExecutionScope scope({.backend = "cpu", .strict = true});
    return sum(sigmoid(interpolate_bilinear(x, {300, 200})), {2, 3});
  };
  const Tensor all = compute();
  const ThreadLease lease(1);
  CHECK(std::ranges::equal(compute().data<float>(), all.data<float>()));
}
