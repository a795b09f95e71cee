#include "mammo/backend/dispatch.hpp"
#include "mammo/core/error.hpp"
#include "mammo/core/isa.hpp"
#include "mammo/core/random.hpp"
#include "mammo/ops/random.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/skip.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

void need_bf16() {
  if (!has_bf16()) test::skip("this CPU has no instructions for bf16");
}

// As a factor is when bf16 multiplies it.
Tensor rounded(const Tensor& factor) {
  return factor.to(DType::bf16).to(DType::f32);
}

struct Product {
  std::string name;
  Operation operation;
  Shape a;
  Shape b;
  std::size_t left_out = 0; // optional inputs
};

const std::vector<Product> products{
    {"3x3", Conv2d{.padding = 1}, {2, 32, 9, 11}, {48, 32, 3, 3}, 2},
    {"1x1", Conv2d{}, {2, 64, 9, 7}, {32, 64, 1, 1}, 2},
    {"3x3 of stride 2", Conv2d{.stride = 2, .padding = 1}, {1, 32, 12, 10}, {32, 32, 3, 3}, 2},
    {"transposed", ConvTranspose2d{.output = {9, 11}, .padding = 1}, {2, 48, 9, 11}, {48, 32, 3, 3}, 1},
    {"a 3x3's weight gradient",
     ConvWeightGradient{.kernel = 3, .padding = 1},
     {2, 32, 9, 11},
     {2, 48, 9, 11}},
    {"a 1x1's weight gradient", ConvWeightGradient{.kernel = 1}, {2, 32, 9, 11}, {2, 48, 9, 11}},
    {"linear", Linear{}, {5, 64}, {32, 64}, 1},
    {"matrices", MatMul{}, {3, 20, 32}, {3, 32, 24}},
    {"a matrix and a transposed one", MatMul{.transpose_b = true}, {3, 20, 32}, {3, 24, 32}},
};

Tensor compute(const Product& product, const Tensor& a, const Tensor& b, const ExecutionOptions& options) {
  const ExecutionScope scope(options);
  std::vector<Tensor> inputs{a, b};
  inputs.resize(2 + product.left_out);
  return dispatch(product.operation, inputs).front();
}

} // namespace

TEST_CASE("in bf16 factors are rounded and products summed in f32") {
  need_bf16();
  for (const Product& product : products) {
    INFO(product.name);
    Generator generator(7);
    const Tensor a = random_normal(product.a, 0, 1, generator);
    const Tensor b = random_normal(product.b, 0, 1, generator);
    const Tensor exact = compute(product, rounded(a), rounded(b), {.backend = "reference"});
    const Tensor in_bf16 =
        compute(product, a, b, {.backend = "onednn", .strict = true, .precision = Precision::bf16});
    test::check_equal({{product.name, in_bf16, exact}}, 1e-5);
    const Tensor in_f32 = compute(product, a, b, {.backend = "onednn", .strict = true});
    CHECK(test::as_doubles(in_f32) != test::as_doubles(in_bf16)); // never silently
  }
}

TEST_CASE("in bf16 an operation without such a plan runs in f32") {
  need_bf16();
  Generator generator(7);
  const Tensor x = random_normal({1, 16, 8, 8}, 0, 1, generator);
  const auto pool = [&](Precision precision) {
    const ExecutionScope scope({.precision = precision});
    return dispatch_one(Pool2d{.kind = PoolKind::max, .kernel = 2, .stride = 2}, {&x, 1});
  };
  CHECK(test::as_doubles(pool(Precision::bf16)) == test::as_doubles(pool(Precision::f32)));
}

TEST_CASE("bf16 is refused where the CPU has no instructions for it") {
  if (has_bf16()) test::skip("this CPU multiplies bf16");
  CHECK_THROWS_AS(set_execution_options({.precision = Precision::bf16}), ArgumentError);
  CHECK_THROWS_WITH(ExecutionScope({.precision = Precision::bf16}), Catch::Contains("precision bf16"));
  CHECK(execution_options().precision == Precision::f32);
}
