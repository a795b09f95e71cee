#include "mammo/core/error.hpp"
#include "mammo/core/memory.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/convolution.hpp"
#include "mammo/ops/dropout.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/gradients_of.hpp"
#include "mammo/ops/random.hpp"
#include "mammo/ops/reduction.hpp"
#include "mammo/ops/views.hpp"

#include <array>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using Catch::Matchers::Contains;

namespace {

Tensor leaf(std::initializer_list<float> values) {
  Tensor t = Tensor::from<float>(values, {static_cast<std::int64_t>(values.size())});
  set_requires_grad(t);
  return t;
}

std::vector<float> values(const Tensor& t) {
  const Tensor plain = t.plain();
  const auto data = plain.data<float>();
  return {data.begin(), data.end()};
}

} // namespace

TEST_CASE("backward follows every way from a leaf to the result") {
  const Tensor x = leaf({2, -3});
  // d (x x + x) = 2 x + 1
  backward(sum(add(multiply(x, x), x)));
  CHECK(values(grad(x)) == std::vector{5.0F, -5.0F});
  backward(sum(x));
  CHECK(values(grad(x)) == std::vector{6.0F, -4.0F});
  set_grad(x, {});
  CHECK_FALSE(grad(x).defined());
}

TEST_CASE("nothing is recorded without need") {
  const Tensor constant = Tensor::from({1.0F, 2.0F}, {2});
  CHECK_FALSE(requires_grad(multiply(constant, constant)));
  const Tensor x = leaf({1, 2});
  CHECK(requires_grad(multiply(x, constant)));
  CHECK_FALSE(requires_grad(multiply(detach(x), constant)));
  {
    const NoGrad off;
    CHECK_FALSE(gradients_enabled());
    CHECK_FALSE(requires_grad(multiply(x, constant)));
    const GradientMode on(true);
    CHECK(requires_grad(multiply(x, constant)));
  }
  CHECK(gradients_enabled());
}

TEST_CASE("a frozen prefix does no work") {
  const Tensor x = Tensor::full({1, 2, 6, 6}, 1);
  const Tensor frozen = Tensor::full({2, 2, 3, 3}, 0.5);
  Tensor trained = Tensor::full({1, 2, 3, 3}, 0.25);
  set_requires_grad(trained);
  const Tensor middle = conv2d(x, frozen);
  CHECK_FALSE(requires_grad(middle));
  int gradients_of_middle = 0;
  Record watched{.name = "watched", .inputs = {middle, trained}, .saved = {}, .gradient = {}};
  watched.gradient = [&](const GradientContext& context) {
    gradients_of_middle += context.needs(0) ? 1 : 0;
    return std::vector<Tensor>{Tensor(), Tensor::zeros({1, 2, 3, 3})};
  };
  backward(sum(record(conv2d(middle, detach(trained)), watched)));
  CHECK(gradients_of_middle == 0);
  CHECK(grad(trained).defined());
}

TEST_CASE("gradients of chosen tensors leave nothing with the leaves and go no further than they must") {
  const Tensor w = leaf({2, -3});
  const Tensor x = leaf({5, 7});
  const Tensor unused = leaf({1, 1});
  int seen = 0;
  add_gradient_hook(x, [&](const Tensor&) {
    ++seen;
    return Tensor();
  });
  const auto chain = [&] {
    const Tensor y = multiply(x, x);
    return std::array{y, sum(multiply(w, y))};
  };
  const auto [middle, end] = chain();
  const auto found = gradients_of(end, std::array{middle, unused});
  CHECK(values(found[0]) == std::vector{2.0F, -3.0F}); // w
  CHECK_FALSE(found[1].defined());
  CHECK(values(gradient_of(chain()[1], x)) == std::vector{20.0F, -42.0F}); // 2 w x
  CHECK_FALSE(grad(x).defined());
  CHECK_FALSE(grad(w).defined());

  seen = 0;
  const auto again = chain();
  CHECK(values(gradient_of(again[1], again[0])) == std::vector{2.0F, -3.0F});
  CHECK(seen == 0);
  CHECK_THROWS_AS(gradient_of(again[1], w), ArgumentError); // used up
  CHECK_THROWS_AS(gradient_of(chain()[1], detach(x)), ArgumentError);
  CHECK_THROWS_AS(gradient_of(detach(x), x), ArgumentError);
}

TEST_CASE("what was saved goes at its last use") {
  Tensor x = Tensor::full({1 << 16}, 0.5);
  set_requires_grad(x);
  const std::size_t before = memory::bytes_in_use();
  Tensor y = x;
  for (int i = 0; i < 8; ++i) y = tanh(y);
  const Tensor loss = sum(y);
  y = Tensor();
  const std::size_t recorded = memory::bytes_in_use() - before;
  CHECK(recorded >= std::size_t{8} * (4 << 16));
  {
    const MemoryScope scope;
    backward(loss);
    // A gradient on its way in and one on its way out, and the leaf's own.
    CHECK(scope.peak_bytes() <= std::size_t{4} * (4 << 16));
  }
  // The loss lives still; only the leaf's gradient is left.
  CHECK(memory::bytes_in_use() - before <= std::size_t{2} * (4 << 16));
  CHECK(grad(x).defined());
}

TEST_CASE("a second backward through a record is an error, unless it was kept") {
  const Tensor x = leaf({3});
  const Tensor y = multiply(x, x);
  backward(y, {.keep_graph = true});
  backward(y);
  CHECK(values(grad(x)) == std::vector{12.0F});
  CHECK_THROWS_WITH(backward(y), Contains("binary") && Contains("a second time") && Contains("keep_graph"));
}

TEST_CASE("a saved tensor that was changed in place is an error") {
  Tensor x = leaf({1, 2});
  Tensor w = Tensor::from({3.0F, 4.0F}, {2});
  const Tensor y = sum(multiply(x, w));
  w.mutable_data<float>()[0] = 5;
  CHECK_THROWS_WITH(backward(y), Contains("binary") && Contains("changed in place"));
  // A change through a view is seen, one of something else is not.
  const Tensor z = sum(multiply(x, w));
  Tensor part = w.slice(0, 1, 2);
  part.mutable_data<float>()[0] = 6;
  CHECK_THROWS_AS(backward(z), ArgumentError);
  const Tensor t = sum(add(x, w));
  w.mutable_data<float>()[0] = 7;
  CHECK_NOTHROW(backward(t));
}

TEST_CASE("where to start from must be clear") {
  const Tensor x = leaf({1, 2});
  CHECK_THROWS_WITH(backward(multiply(x, x)), Contains("[2]") && Contains("one element"));
  CHECK_THROWS_AS(backward(Tensor::zeros({1})), ArgumentError);
  CHECK_THROWS_AS(backward(Tensor()), ArgumentError);
  CHECK_THROWS_AS(backward(multiply(x, x), {.gradient = Tensor::zeros({3})}), ShapeError);
  backward(multiply(x, x), {.gradient = Tensor::from({1.0F, 10.0F}, {2})});
  CHECK(values(grad(x)) == std::vector{2.0F, 40.0F});
}

TEST_CASE("only floating leaves keep gradients") {
  Tensor indices = Tensor::from({std::int64_t{1}}, {1});
  CHECK_THROWS_AS(set_requires_grad(indices), TypeError);
  const Tensor x = leaf({1});
  Tensor y = multiply(x, x);
  CHECK_THROWS_WITH(set_requires_grad(y, false), Contains("detach"));
  CHECK_THROWS_AS(set_grad(y, Tensor::zeros({1})), ArgumentError);
  CHECK_THROWS_AS(set_grad(x, Tensor::zeros({2})), ShapeError);
  Tensor z = x;
  set_requires_grad(z, false);
  CHECK_FALSE(requires_grad(z));
  CHECK(requires_grad(x));
}

TEST_CASE("core's views refuse a tensor that is on the tape, and ops' take it") {
  const Tensor x = leaf({1, 2, 3, 4});
  CHECK_THROWS_AS(x.reshape({2, 2}), TypeError);
  const Tensor y = select(reshape(x, {2, 2}), 0, 1);
  CHECK(values(y) == std::vector{3.0F, 4.0F});
  backward(sum(multiply(y, y)));
  CHECK(values(grad(x)) == std::vector{0.0F, 0.0F, 6.0F, 8.0F});
  CHECK_FALSE(requires_grad(x.plain()));
  CHECK_FALSE(requires_grad(x.to(DType::f64)));
}

TEST_CASE("hooks see complete gradients and may replace them") {
  const Tensor x = leaf({1, 2});
  const Tensor y = multiply(x, x);
  std::vector<std::vector<float>> seen;
  add_gradient_hook(y, [&](const Tensor& g) {
    seen.push_back(values(g));
    return multiply(g, Tensor::full({}, 10));
  });
  add_gradient_hook(x, [&](const Tensor& g) {
    seen.push_back(values(g));
    return Tensor();
  });
  backward(sum(add(y, y)));
  CHECK(seen == std::vector<std::vector<float>>{{2, 2}, {40, 80}});
  CHECK(values(grad(x)) == std::vector{40.0F, 80.0F});
  CHECK_THROWS_AS(add_gradient_hook(detach(x), {}), ArgumentError);
  add_gradient_hook(x, [](const Tensor&) { return Tensor::zeros({5}); });
  CHECK_THROWS_AS(backward(sum(x)), ShapeError);
}

TEST_CASE("an operation of one's own goes on the tape with its gradient") {
  const auto cube = [](const Tensor& x) {
    const Tensor square = multiply(detach(x), detach(x));
    return record(
        multiply(square, detach(x)),
        {.name = "cube", .inputs = {x}, .saved = {square}, .gradient = [](const GradientContext& context) {
           const Tensor slope = multiply(context.saved(0), Tensor::full({}, 3));
           return std::vector<Tensor>{multiply(context.gradient(), slope)};
         }});
  };
  const Tensor x = leaf({2, -1});
  backward(sum(cube(x)));
  CHECK(values(grad(x)) == std::vector{12.0F, 3.0F});

  const auto wrong = [&](const std::vector<Tensor>& gradients) {
    return record(detach(x),
                  {.name = "wrong", .inputs = {x}, .saved = {}, .gradient = [=](const GradientContext&) {
                     return gradients;
                   }});
  };
  CHECK_THROWS_WITH(backward(sum(wrong({}))), Contains("wrong gave 0 gradients"));
  CHECK_THROWS_AS(backward(sum(wrong({Tensor::zeros({3})}))), ShapeError);
  CHECK_THROWS_AS(backward(sum(wrong({Tensor::zeros({2}, {.dtype = DType::f64})}))), TypeError);
}

TEST_CASE("a gradient that is handed to two places is not written over") {
  const Tensor a = leaf({1, 2});
  const Tensor b = leaf({3, 4});
  const Tensor s = add(a, b);
  // s hands one tensor to a and b; a's grows by another way.
  backward(sum(add(s, multiply(a, Tensor::full({}, 5)))));
  CHECK(values(grad(a)) == std::vector{6.0F, 6.0F});
  CHECK(values(grad(b)) == std::vector{1.0F, 1.0F});
}

TEST_CASE("a checkpoint computes again instead of saving, dropout included") {
  const Tensor w = leaf({0.5F, -0.25F, 2});
  const auto block = [&w](std::span<const Tensor> in) {
    Tensor y = in[0];
    for (int i = 0; i < 6; ++i) y = dropout(tanh(multiply(y, w)), 0.3);
    return y;
  };
  const Tensor x = leaf({1, 2, 3});
  seed_training(11);
  backward(sum(block(std::array{x})));
  const auto x_gradient = values(grad(x));
  const auto w_gradient = values(grad(w));
  const auto position = training_generator().position();
  set_grad(x, {});
  set_grad(w, {});
  seed_training(11);
  const Tensor y = checkpoint(block, std::array{x});
  CHECK(training_generator().position() == position);
  backward(sum(y));
  CHECK(training_generator().position() == position);
  CHECK(values(grad(x)) == x_gradient);
  CHECK(values(grad(w)) == w_gradient);
}

TEST_CASE("a checkpoint saves memory") {
  const auto peak = [](bool with_checkpoint) {
    Tensor x = Tensor::full({1 << 16}, 0.5);
    set_requires_grad(x);
    const auto block = [](std::span<const Tensor> in) {
      Tensor y = in[0];
      for (int i = 0; i < 8; ++i) y = tanh(y);
      return y;
    };
    const MemoryScope scope;
    Tensor y = x;
    for (int i = 0; i < 4; ++i) y = with_checkpoint ? checkpoint(block, std::array{y}) : block(std::array{y});
    backward(sum(y));
    return scope.peak_bytes();
  };
  CHECK(peak(true) * 2 < peak(false));
}

TEST_CASE("a tape may be longer than the stack is deep") {
  Tensor x = leaf({1});
  Tensor y = x;
  for (int i = 0; i < 200000; ++i) y = reshape(y, {1});
  SECTION("gone backward through") {
    backward(y);
    CHECK(values(grad(x)) == std::vector{1.0F});
  }
  SECTION("or dropped") {
    y = Tensor();
    CHECK_FALSE(grad(x).defined());
  }
}

TEST_CASE("threads have tapes of their own", "[threads]") {
  std::vector<std::jthread> threads;
  std::array<float, 4> found{};
  for (std::size_t t = 0; t < found.size(); ++t) {
    threads.emplace_back([&found, t] {
      const Tensor x = leaf({static_cast<float>(t)});
      for (int i = 0; i < 50; ++i) {
        set_grad(x, {});
        backward(multiply(x, x));
      }
      found[t] = values(grad(x))[0];
    });
  }
  threads.clear();
  CHECK(found == std::array{0.0F, 2.0F, 4.0F, 6.0F});
}
