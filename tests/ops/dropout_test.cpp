#include "mammo/backend/dispatch.hpp"
#include "mammo/core/random.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

Tensor dropout(const Tensor& x, std::int64_t seed, std::int64_t stream, double probability) {
  const Tensor state = Tensor::from({seed, stream}, {2});
  return dispatch_one(Dropout{.probability = probability}, std::vector{x, state});
}

} // namespace

TEST_CASE("dropout drops where the words of Philox are below the probability, on every backend") {
  constexpr std::int64_t seed = 0x123456789ABCDEF0;
  constexpr std::int64_t stream = -0x0FEDCBA987654321;
  const auto low = [](std::int64_t v) { return static_cast<std::uint32_t>(v); };
  const auto high = [](std::int64_t v) {
    return static_cast<std::uint32_t>(static_cast<std::uint64_t>(v) >> 32);
  };
  const Tensor x = Tensor::full({1003}, 3);
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    for (const double probability : {0.0, 0.25, 0.9}) {
      const Tensor y = dropout(x, seed, stream, probability);
      int wrong = 0;
      for (std::uint32_t i = 0; i < 1003; ++i) {
        const auto words = philox4x32({i / 4, 0, low(stream), high(stream)}, {low(seed), high(seed)});
        const bool dropped = words[i % 4] / 0x1p32 < probability;
        const float expected = dropped ? 0.0F : static_cast<float>(3 / (1 - probability));
        wrong += y.data<float>()[i] == Approx(expected) ? 0 : 1;
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("dropout drops the share that it was asked to, keeps the mean, and repeats itself") {
  constexpr std::int64_t count = 100000;
  const Tensor x = Tensor::full({count}, 1);
  const Tensor y = dropout(x, 1, 0, 0.3);
  std::int64_t dropped = 0;
  double sum = 0;
  for (const float v : y.data<float>()) {
    dropped += v == 0 ? 1 : 0;
    sum += v;
  }
  // Four standard deviations of a binomial share: 4 sqrt(0.3 0.7 / count) = 0.0058.
  CHECK(std::fabs(static_cast<double>(dropped) / count - 0.3) < 0.0058);
  CHECK(std::fabs(sum / count - 1) < 0.0058 / 0.7);
  const auto same = [&](const Tensor& other) {
    return std::ranges::equal(other.data<float>(), y.data<float>());
  };
  CHECK(same(dropout(x, 1, 0, 0.3)));
  CHECK_FALSE(same(dropout(x, 1, 1, 0.3)));
  CHECK_FALSE(same(dropout(x, 2, 0, 0.3)));
}

TEST_CASE("dropout of NaN is 0 or NaN") {
  const Tensor x = Tensor::full({64}, std::numeric_limits<double>::quiet_NaN());
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    int kept = 0;
    const Tensor dropped = dropout(x, 1, 0, 0.5);
    for (const float v : dropped.data<float>()) {
      CHECK((v == 0 || std::isnan(v)));
      kept += std::isnan(v) ? 1 : 0;
    }
    CHECK(kept > 0);
    CHECK(kept < 64);
  }
}
