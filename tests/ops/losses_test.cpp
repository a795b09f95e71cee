#include "mammo/backend/dispatch.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

std::vector<float> loss(const PointwiseLoss& op, const Tensor& x, const Tensor& t) {
  const Tensor y = dispatch_one(op, std::vector{x, t});
  return {y.data<float>().begin(), y.data<float>().end()};
}

std::vector<float> slope(const PointwiseLoss& op, const Tensor& x, const Tensor& t) {
  const Tensor y = dispatch_one(PointwiseLossGradient{op}, std::vector{x, t, Tensor::full(x.shape(), 1)});
  return {y.data<float>().begin(), y.data<float>().end()};
}

} // namespace

TEST_CASE("logits of 100 make losses of 100 or 0 and slopes of 1 or 0, on every backend") {
  const Tensor x = Tensor::from({100.0F, -100.0F, 100.0F, -100.0F}, {4});
  const Tensor t = Tensor::from({1.0F, 1.0F, 0.0F, 0.0F}, {4});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    // Of a right answer e^-100 = 4e-44 is left, or 0 where such small numbers are flushed.
    const PointwiseLoss bce{.kind = LossKind::bce};
    const auto bce_loss = loss(bce, x, t);
    CHECK(bce_loss[0] < 1e-37F);
    CHECK(bce_loss[1] == 100);
    CHECK(bce_loss[2] == 100);
    CHECK(bce_loss[3] < 1e-37F);
    CHECK(slope(bce, x, t)[1] == -1);
    CHECK(slope(bce, x, t)[2] == 1);
    // alpha is 0.25 for a target of 1, 0.75 for 0.
    for (const double gamma : {0.0, 0.5, 2.0, 2.3}) {
      const PointwiseLoss focal{.kind = LossKind::focal, .gamma = gamma};
      const auto focal_loss = loss(focal, x, t);
      CHECK(focal_loss[0] < 1e-37F);
      CHECK(focal_loss[1] == Approx(25));
      CHECK(focal_loss[2] == Approx(75));
      CHECK(focal_loss[3] < 1e-37F);
      const auto focal_slope = slope(focal, x, t);
      CHECK(std::fabs(focal_slope[0]) < 1e-21F); // of the order of e^(-100 gamma) 100
      CHECK(focal_slope[1] == Approx(-0.25));
      CHECK(focal_slope[2] == Approx(0.75));
      CHECK(std::fabs(focal_slope[3]) < 1e-21F);
    }
  }
}

TEST_CASE("smooth L1 and Huber by hand, on every backend") {
  const Tensor x = Tensor::from({0.5F, 3.0F, -2.0F}, {3});
  const Tensor t = Tensor::from({0.0F, 0.0F, 2.0F}, {3});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    // beta 2: 0.25 / 4, 3 - 1, 4 - 1; times beta for Huber.
    CHECK(loss({.kind = LossKind::smooth_l1, .beta = 2}, x, t) == std::vector{0.0625F, 2.0F, 3.0F});
    CHECK(slope({.kind = LossKind::smooth_l1, .beta = 2}, x, t) == std::vector{0.25F, 1.0F, -1.0F});
    CHECK(loss({.kind = LossKind::huber, .beta = 2}, x, t) == std::vector{0.125F, 4.0F, 6.0F});
    CHECK(slope({.kind = LossKind::huber, .beta = 2}, x, t) == std::vector{0.5F, 2.0F, -2.0F});
  }
}
