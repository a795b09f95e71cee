#include "kernels/cpu/vector_kernels.hpp"
#include "mammo/backend/dispatch.hpp"
#include "mammo/core/isa.hpp"
#include "mammo/core/random.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using kernels::VectorKernels;

namespace {

std::vector<const VectorKernels*> kernels_here() {
  std::vector<const VectorKernels*> all{&kernels::baseline_kernels};
#if defined(__x86_64__)
  if (isa() >= Isa::avx2) all.push_back(&kernels::avx2_kernels);
  if (isa() >= Isa::avx512) all.push_back(&kernels::avx512_kernels);
#endif
  return all;
}

constexpr float untouched = -7;
constexpr std::size_t room = 16; // behind what a loop may write

std::vector<float> random_floats(std::size_t count, Generator& generator) {
  const Tensor t = random_normal({static_cast<std::int64_t>(count)}, 0, 1, generator);
  const auto values = t.data<float>();
  return {values.begin(), values.end()};
}

bool is_untouched(const std::vector<float>& y, std::size_t used) {
  return std::all_of(y.begin() + static_cast<std::ptrdiff_t>(used), y.end(),
                     [](float v) { return v == untouched; });
}

// Parameters of columns, whose arrays have room for whole vectors.
std::vector<float> parameters(std::size_t columns, Generator& generator) {
  return random_floats(columns + room, generator);
}

} // namespace

TEST_CASE("cpu kernels: columns of every number are summed and transformed, and nothing behind them") {
  Generator generator(1);
  for (const std::size_t columns : {1, 3, 7, 8, 9, 15, 16, 17, 33, 130}) {
    for (const std::size_t rows : {1, 2, 9, 70}) {
      const std::size_t n = rows * columns;
      const auto x = random_floats(n, generator);
      const auto y = random_floats(n, generator);
      const auto g = random_floats(n, generator);
      const auto mean = parameters(columns, generator);
      const auto scale = parameters(columns, generator);
      const auto shift = parameters(columns, generator);
      const auto other = parameters(columns, generator);
      for (const VectorKernels* k : kernels_here()) {
        const auto height = static_cast<std::int64_t>(rows);
        const auto width = static_cast<std::int64_t>(columns);
        std::vector<double> sum(columns + room), squares(columns + room), gradient_sum(columns + room),
            along(columns + room);
        std::vector<float> out(n + room, untouched), kept(n + room, untouched), gx(n + room, untouched);
        const auto& loops = k->normalization;
        loops.column_moments(x.data(), height, width, sum.data(), squares.data());
        loops.transform_columns(x.data(), g.data(), height, width, {mean.data(), scale.data(), shift.data()},
                                true, out.data());
        loops.column_gradient_moments(x.data(), y.data(), g.data(), height, width, mean.data(),
                                      gradient_sum.data(), along.data(), kept.data());
        loops.gradient_columns(x.data(), y.data(), g.data(), height, width,
                               {mean.data(), scale.data(), other.data(), shift.data()}, gx.data());
        CHECK((is_untouched(out, n) && is_untouched(kept, n) && is_untouched(gx, n)));
        for (std::size_t c = 0; c < columns; ++c) {
          double expected[4] = {};
          for (std::size_t i = c; i < n; i += columns) {
            const double centred = static_cast<double>(x[i]) - mean[c];
            const double passed = y[i] > 0 ? g[i] : 0.0;
            expected[0] += x[i];
            expected[1] += static_cast<double>(x[i]) * x[i];
            expected[2] += passed;
            expected[3] += passed * centred;
            CHECK(out[i] == Approx(std::max(0.0, centred * scale[c] + shift[c] + g[i])).margin(1e-5));
            CHECK(kept[i] == passed);
            CHECK(gx[i] == Approx(centred * scale[c] + passed * other[c] + shift[c]).margin(1e-5));
          }
          CHECK(sum[c] == Approx(expected[0]).margin(1e-10));
          CHECK(squares[c] == Approx(expected[1]).margin(1e-10));
          CHECK(gradient_sum[c] == Approx(expected[2]).margin(1e-10));
          CHECK(along[c] == Approx(expected[3]).margin(1e-4));
        }
      }
    }
  }
}

TEST_CASE("cpu kernels: softmax of rows of every length, and nothing behind them") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  Generator generator(2);
  for (std::size_t n = 1; n <= 40; ++n) {
    auto x = random_floats(n, generator);
    for (float& value : x) value = value * 30 - 100; // far below the 0 of lanes that are left out
    if (n > 2) x[n / 2] = -infinity;
    double sum = 0;
    const double largest = *std::ranges::max_element(x);
    for (const float value : x) sum += std::exp(value - largest);
    for (const VectorKernels* k : kernels_here()) {
      std::vector<float> y(n + room, untouched);
      k->normalization.softmax(x.data(), static_cast<std::int64_t>(n), y.data());
      CHECK(is_untouched(y, n));
      for (std::size_t i = 0; i < n; ++i) CHECK(y[i] == Approx(std::exp(x[i] - largest) / sum).margin(1e-7));
    }
    for (std::size_t place = 0; place < n; ++place) {
      auto spoilt = x;
      spoilt[place] = std::numeric_limits<float>::quiet_NaN();
      for (const VectorKernels* k : kernels_here()) {
        std::vector<float> y(n);
        k->normalization.softmax(spoilt.data(), static_cast<std::int64_t>(n), y.data());
        CHECK(std::ranges::all_of(y, [](float v) { return std::isnan(v); }));
      }
    }
  }
}

TEST_CASE("cpu kernels: a gradient goes to the first of the largest, NaN before any number") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  // Four taps of one channel each: the columns of x below are windows side by side.
  const std::vector<std::vector<float>> windows{
      {1, 3, 3, 2}, {-5, -6, -5, -9}, {1, nan, 2, nan}, {nan, 7, 8, 9}};
  const std::vector<std::size_t> winners{1, 0, 1, 0};
  constexpr std::size_t most = 37;
  for (const VectorKernels* k : kernels_here()) {
    for (std::size_t n = 1; n <= most; ++n) {
      std::vector<float> x(4 * most), gx(4 * most, 0.5F);
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t tap = 0; tap < 4; ++tap) x[tap * most + i] = windows[i % 4][tap];
      }
      const std::vector<float> g(n, 2);
      const std::vector<std::int64_t> taps{0, most, 2 * most, 3 * most};
      k->give_to_largest(x.data(), g.data(), taps.data(), 4, static_cast<std::int64_t>(n), gx.data());
      for (std::size_t i = 0; i < most; ++i) {
        for (std::size_t tap = 0; tap < 4; ++tap) {
          CHECK(gx[tap * most + i] == (i < n && tap == winners[i % 4] ? 2.5F : 0.5F));
        }
      }
    }
  }
}

TEST_CASE("cpu: batch norm has the same bits on any number of threads", "[threads]") {
  Generator generator(3);
  const Tensor plain = random_normal({3, 40, 37, 29}, 1, 2, generator);
  const Tensor c = random_uniform({40}, 0.5, 1.5, generator);
  const int budget = thread_budget();
  for (const Layout layout : {Layout::row_major, Layout::channels_last, Layout::nChw8c, Layout::nChw16c}) {
    const Tensor x = plain.to(layout);
    std::vector<Tensor> first;
    for (const int threads : {1, 2, 3, 4}) {
      set_thread_budget(threads);
      const ExecutionScope scope({.backend = "cpu", .strict = true});
      std::vector<Tensor> all = dispatch(BatchNormTraining{}, std::vector{x, c, c, Tensor()});
      CHECK(all[0].layout() == layout);
      const BatchNormGradient gradient{.activation = Activation::relu, .residual = true};
      for (const Tensor& t : dispatch(gradient, std::vector{x, all[0], all[1], all[2], c, x})) {
        all.push_back(t);
      }
      if (first.empty()) first = all;
      for (std::size_t i = 0; i < all.size(); ++i) {
        CHECK(std::ranges::equal(all[i].plain().data<float>(), first[i].plain().data<float>()));
      }
    }
  }
  set_thread_budget(budget);
}
