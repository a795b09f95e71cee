#include "mammo/core/xtensor_view.hpp"

#include <catch2/catch.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>

using namespace mammo;

TEST_CASE("xview reads a tensor without a copy, strided views included") {
  Tensor t = Tensor::from({0.0F, 1.0F, 2.0F, 3.0F, 4.0F, 5.0F}, {2, 3});
  const auto x = xview<float>(t);
  CHECK(x(1, 2) == 5);
  CHECK(&x(0, 0) == t.raw<float>());
  CHECK(xt::sum(x)() == 15);
  t.mutable_data<float>()[5] = 50;
  CHECK(x(1, 2) == 50);

  const Tensor turned = t.transpose(0, 1).slice(0, 1, 3);
  const auto y = xview<float>(turned);
  CHECK(y.shape()[0] == 2);
  CHECK(y(1, 0) == 2);
  CHECK(y(1, 1) == 50);
  CHECK(xt::amax(y)() == 50);
}

TEST_CASE("xview reads expanded, single and empty tensors") {
  const Tensor row = Tensor::from({1.0, 2.0, 3.0}, {3});
  const Tensor expanded = row.expand({4, 3});
  CHECK(xt::sum(xview<double>(expanded))() == 24);
  const Tensor single = row.select(0, 2);
  CHECK(xview<double>(single)() == 3);
  CHECK(xt::sum(xview<double>(row.slice(0, 0, 0)))() == 0);
}

TEST_CASE("mutable_xview writes through and counts a version") {
  Tensor t = Tensor::zeros({2, 2});
  const auto before = t.stamp().version;
  auto x = mutable_xview<float>(t);
  x(1, 0) = 7;
  xt::view(x, 0) += 2.0F;
  CHECK(t.data<float>()[2] == 7);
  CHECK(t.data<float>()[1] == 2);
  CHECK(t.stamp().version == before + 1);
}

TEST_CASE("an xtensor container becomes a tensor without a copy") {
  xt::xarray<double> a = {{1, 2, 3}, {4, 5, 6}};
  const double* address = a.data();
  const Tensor t = from_xtensor(std::move(a));
  CHECK(t.shape() == Shape{2, 3});
  CHECK(t.dtype() == DType::f64);
  CHECK(t.raw<double>() == address);
  CHECK(t.data<double>()[5] == 6);
  const xt::xtensor<std::int32_t, 1> fixed{3, 4};
  CHECK(from_xtensor(fixed).data<std::int32_t>()[1] == 4);
}

TEST_CASE("views of what xtensor cannot read throw") {
  Tensor blocked = Tensor::zeros({1, 8, 2, 2}, {.layout = Layout::nChw8c});
  CHECK_THROWS_AS(xview<float>(blocked), TypeError);
  CHECK_THROWS_AS(mutable_xview<float>(blocked), TypeError);
  CHECK_THROWS_AS(xview<double>(Tensor::zeros({2})), TypeError);
  CHECK_THROWS_AS(xview<float>(Tensor()), TypeError);
  Tensor turned = Tensor::zeros({2, 3}).transpose(0, 1);
  CHECK_THROWS_AS(mutable_xview<float>(turned), TypeError);
}
