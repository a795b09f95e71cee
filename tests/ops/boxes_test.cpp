#include "mammo/backend/dispatch.hpp"
#include "mammo/core/error.hpp"
#include "mammo/ops/boxes.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;

namespace {

std::vector<std::int64_t> indices(const Tensor& t) {
  const Tensor dense = t.contiguous();
  const auto data = dense.data<std::int64_t>();
  return {data.begin(), data.end()};
}

} // namespace

TEST_CASE("box_decode by hand, on every backend") {
  const Tensor anchors = Tensor::from({10.0F, 20.0F, 30.0F, 60.0F}, {1, 4});
  // Centre (20, 40), size 20 x 40: moved by half a width and a quarter of the height, twice as wide.
  const Tensor deltas = Tensor::from({0.5F, -0.25F, std::log(2.0F), 0.0F}, {1, 4});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    const Tensor boxes = box_decode(deltas, anchors);
    const float expected[] = {10, 10, 50, 50};
    for (std::size_t i = 0; i < 4; ++i) CHECK(boxes.data<float>()[i] == Approx(expected[i]));
    const Tensor halved = box_decode(deltas, anchors, {.weights = {2, 2, 1, 1}});
    CHECK(halved.data<float>()[0] == Approx(5));
    // exp of the size is clipped at log(1000 / 16).
    const Tensor huge = box_decode(Tensor::from({0.0F, 0.0F, 100.0F, 0.0F}, {1, 4}), anchors);
    CHECK(huge.data<float>()[2] - huge.data<float>()[0] == Approx(20 * 62.5));
  }
}

TEST_CASE("nms by hand, on every backend") {
  // The first two overlap by 2/3 of their union, the third is apart, the fourth touches the first.
  const Tensor boxes = Tensor::from({0.0F, 0.0F, 10.0F, 10.0F, 0.0F, 2.0F, 10.0F, 12.0F, 50.0F, 50.0F, 60.0F,
                                     60.0F, 10.0F, 0.0F, 20.0F, 10.0F},
                                    {4, 4});
  const Tensor scores = Tensor::from({0.8F, 0.9F, 0.7F, 0.95F}, {4});
  for (const auto& backend : backend_names()) {
    const ExecutionScope scope({.backend = backend});
    INFO(backend);
    CHECK(indices(nms(boxes, scores, {.iou_threshold = 0.5})) == std::vector<std::int64_t>{3, 1, 2});
    CHECK(indices(nms(boxes, scores, {.iou_threshold = 0.7})) == std::vector<std::int64_t>{3, 1, 0, 2});
    CHECK(indices(nms(boxes, scores, {.iou_threshold = 0.5, .max_output = 2})) ==
          std::vector<std::int64_t>{3, 1});
    CHECK(indices(nms(boxes, Tensor::full({4}, 0.5), {.iou_threshold = 0.5})) ==
          std::vector<std::int64_t>{0, 2, 3});
    CHECK(nms(boxes, scores, {.max_output = 0}).numel() == 0);
    CHECK(nms(Tensor::zeros({0, 4}), Tensor::zeros({0})).numel() == 0);
  }
}

TEST_CASE("boxes of the wrong shape are refused") {
  CHECK_THROWS_AS(nms(Tensor::zeros({3, 5}), Tensor::zeros({3})), ShapeError);
  CHECK_THROWS_AS(nms(Tensor::zeros({3, 4}), Tensor::zeros({2})), ShapeError);
  CHECK_THROWS_AS(box_decode(Tensor::zeros({3, 4}), Tensor::zeros({2, 4})), ShapeError);
}
