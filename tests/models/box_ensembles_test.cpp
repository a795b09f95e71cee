#include "mammo/models/flip_augmentation.hpp"
#include "mammo/models/soft_nms.hpp"
#include "mammo/nn/safetensors.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/files.hpp"

#include <cmath>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::models;

// tests/goldens/record_detection.py recorded what ensemble-boxes makes of these boxes.
namespace {

nn::SafeTensors recorded() {
  return nn::SafeTensors(test::golden("models/box_ensembles.safetensors"));
}

std::vector<Detection> detections(const Tensor& boxes, const Tensor& scores, const Tensor& labels) {
  std::vector<Detection> result;
  for (std::int64_t i = 0; i < boxes.size(0); ++i) {
    const auto b = boxes.select(0, i).data<double>();
    result.push_back({{b[0], b[1], b[2] - b[0], b[3] - b[1]},
                      scores.select(0, i).item<double>(),
                      static_cast<std::int64_t>(labels.select(0, i).item<double>())});
  }
  return result;
}

std::vector<Detection> recorded_input() {
  const nn::SafeTensors golden = recorded();
  return detections(golden.tensor("boxes"), golden.tensor("scores"), golden.tensor("labels"));
}

void check_same(const std::vector<Detection>& found, const std::vector<Detection>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    INFO("detection " << i);
    CHECK(found[i].label == expected[i].label);
    CHECK(found[i].score == Approx(expected[i].score).epsilon(1e-5));
    CHECK(std::abs(found[i].box.x - expected[i].box.x) < 1e-5);
    CHECK(std::abs(found[i].box.y - expected[i].box.y) < 1e-5);
    CHECK(std::abs(found[i].box.right() - expected[i].box.right()) < 1e-5);
    CHECK(std::abs(found[i].box.bottom() - expected[i].box.bottom()) < 1e-5);
  }
}

// Finds each pixel above 0: a box around it of its value's size, its score a tenth of its column in the
// picture that it is given.
std::vector<std::vector<Detection>> find_bright(const Tensor& x) {
  std::vector<std::vector<Detection>> found(static_cast<std::size_t>(x.size(0)));
  const Tensor plain = x.plain();
  for (std::int64_t n = 0; n < x.size(0); ++n) {
    for (std::int64_t i = 0; i < x.size(2) * x.size(3); ++i) {
      const double value = double{plain.select(0, n).data<float>()[static_cast<std::size_t>(i)]};
      if (value <= 0) continue;
      const std::int64_t row_index = i / x.size(3);
      const auto row = static_cast<double>(row_index);
      const auto column = static_cast<double>(i - row_index * x.size(3));
      found[static_cast<std::size_t>(n)].push_back(
          {{column + 0.5 - value / 2, row + 0.5 - value / 2, value, value}, (column + 1) / 10, 0});
    }
  }
  return found;
}

} // namespace

TEST_CASE("soft NMS lowers scores as ensemble-boxes does") {
  const auto [name, config] = GENERATE(table<std::string, SoftNmsConfig>(
      {{"linear", {.decay = SoftNmsDecay::linear, .iou_threshold = 0.3, .score_threshold = 0.05}},
       {"gaussian", {.sigma = 0.5, .score_threshold = 0.05}},
       {"gaussian_wide", {.sigma = 2, .score_threshold = 0.05}}}));
  const nn::SafeTensors golden = recorded();
  const auto found = soft_nms(recorded_input(), config);
  CHECK(std::ranges::is_sorted(found, std::greater<>(), &Detection::score));
  for (const std::int64_t label : {0, 1}) {
    INFO(name << " class " << label);
    const Tensor scores = golden.tensor(concat("soft_nms.", name, '.', label, ".scores"));
    const Tensor labels = Tensor::full(scores.shape(), static_cast<double>(label), {.dtype = DType::f64});
    std::vector<Detection> of_class;
    std::ranges::copy_if(found, std::back_inserter(of_class),
                         [&](const auto& d) { return d.label == label; });
    check_same(of_class,
               detections(golden.tensor(concat("soft_nms.", name, '.', label, ".boxes")), scores, labels));
  }
}

TEST_CASE("soft NMS by hand") {
  // IoU of the two is 1/3; of the third with both 0.
  const std::vector<Detection> boxes{
      {{0, 0, 10, 10}, 0.9, 0}, {{5, 0, 10, 10}, 0.6, 0}, {{40, 0, 10, 10}, 0.5, 0}};
  const auto linear = soft_nms(boxes, {.decay = SoftNmsDecay::linear, .iou_threshold = 0.3});
  REQUIRE(linear.size() == 3);
  CHECK(linear[1].score == Approx(0.5));
  CHECK(linear[2].score == Approx(0.4));
  const auto gaussian = soft_nms(boxes, {.sigma = 0.5});
  CHECK(gaussian[1].score == Approx(0.5));
  CHECK(gaussian[2].score == Approx(0.6 * std::exp(-1.0 / 9 / 0.5)).epsilon(1e-9));
  CHECK(soft_nms({}, {}).empty());
  CHECK_THROWS_AS(soft_nms(boxes, {.sigma = 0}), ArgumentError);
}

TEST_CASE("weighted box fusion makes of boxes what ensemble-boxes makes of them") {
  const auto [name, config] = GENERATE(table<std::string, BoxFusionConfig>(
      {{"average", {}},
       {"weighted", {.iou_threshold = 0.4, .score_threshold = 0.1, .weights = {2, 1, 0.5}}},
       {"maximum", {.weights = {2, 1, 0.5}, .score = FusedScore::maximum}}}));
  INFO(name);
  const nn::SafeTensors golden = recorded();
  const Tensor models = golden.tensor("models");
  const auto all = recorded_input();
  std::vector<std::vector<Detection>> by_model(3);
  for (std::size_t i = 0; i < all.size(); ++i) {
    by_model[static_cast<std::size_t>(models.data<double>()[i])].push_back(all[i]);
  }
  check_same(fuse_boxes(by_model, config), detections(golden.tensor("fusion." + name + ".boxes"),
                                                      golden.tensor("fusion." + name + ".scores"),
                                                      golden.tensor("fusion." + name + ".labels")));
}

TEST_CASE("a fused box lies between its members, and falls in score where a model found nothing") {
  const std::vector<std::vector<Detection>> models{
      {{{0, 0, 10, 10}, 0.6, 1}}, {{{2, 0, 10, 10}, 0.2, 1}}, {}};
  const auto fused = fuse_boxes(models);
  REQUIRE(fused.size() == 1);
  CHECK(fused[0].box.x == Approx(0.5)); // (0.6 * 0 + 0.2 * 2) / 0.8
  CHECK(fused[0].box.width == Approx(10));
  CHECK(fused[0].score == Approx(0.4 * 2 / 3));
  CHECK(fuse_boxes({}).empty());
  CHECK(fuse_boxes(std::vector<std::vector<Detection>>{{{{0, 0, 0, 10}, 0.6, 1}, {{0, 0, 5, 5}, 0, 1}}})
            .empty());
  CHECK_THROWS_AS(fuse_boxes(models, {.weights = {1, 1}}), ArgumentError);
  CHECK_THROWS_AS(fuse_boxes(models, {.weights = {1, 1, 0}}), ArgumentError);
}

TEST_CASE("a picture is mirrored by columns, and a box goes with it") {
  const Tensor x = Tensor::from({1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F}, {1, 1, 2, 3});
  CHECK(test::as_doubles(mirrored(x)) == std::vector<double>{3, 2, 1, 6, 5, 4});
  CHECK(test::as_doubles(mirrored(x.to(DType::f64))) == std::vector<double>{3, 2, 1, 6, 5, 4});
  CHECK(mirrored(Box{1, 2, 3, 4}, 10) == Box{6, 2, 3, 4});
  CHECK_THROWS_AS(mirrored(Tensor::zeros({2, 2})), ShapeError);
}

TEST_CASE("with a flip, what is found in picture and mirror image becomes one box") {
  Tensor x = Tensor::zeros({2, 1, 8, 10});
  x.mutable_data<float>()[3 * 10 + 2] = 4; // first picture, column 2, which is column 7 of the mirror image
  const auto found = detect_with_flip(find_bright, x);
  REQUIRE(found.size() == 2);
  CHECK(found[1].empty());
  REQUIRE(found[0].size() == 1);
  CHECK(found[0][0].box.x == Approx(0.5));
  CHECK(found[0][0].box.y == Approx(1.5));
  CHECK(found[0][0].box.width == Approx(4));
  CHECK(found[0][0].score == Approx((0.3 + 0.8) / 2));
}

TEST_CASE("a box fused with a flip keeps the anchor of the picture's own, or has none") {
  bool plain = false;
  const auto find = [&](const Tensor&) {
    plain = !plain;
    const std::vector<Detection> own{{{0, 0, 4, 4}, 0.8, 1, 7}, {{0, 0, 4, 3}, 0.2, 1, 8}};
    const std::vector<Detection> other{{{0, 0, 4, 4}, 0.9, 1, 3}, {{6, 0, 4, 4}, 0.6, 1, 5}};
    return std::vector<std::vector<Detection>>{plain ? own : other};
  };
  const auto found = detect_with_flip(find, Tensor::zeros({1, 1, 8, 10})).at(0);
  REQUIRE(found.size() == 2);
  CHECK(found[0].box.x == Approx(0));
  CHECK(found[0].anchor == 7);
  CHECK(found[1].box == Box{6, 0, 4, 4}); // of the mirror image alone
  CHECK(found[1].anchor == -1);
}

TEST_CASE("boxes that several tiles have a part of are stitched") {
  // Two tiles of 100 columns that share columns 60 to 100, and a mass at columns 40 to 120.
  const Box left{0, 0, 100, 50};
  const Box right{60, 0, 100, 50};
  const Detection left_part{{40, 10, 60, 20}, 0.7, 0};
  const Detection right_part{{60, 10, 60, 20}, 0.9, 0};
  const auto joined = stitch(std::vector<TileDetections>{{left, {left_part}}, {right, {right_part}}});
  REQUIRE(joined.size() == 1);
  CHECK(joined[0].box == Box{40, 10, 80, 20});
  CHECK(joined[0].score == 0.9);

  SECTION("but not those of another class") {
    Detection other = right_part;
    other.label = 1;
    CHECK(stitch(std::vector<TileDetections>{{left, {left_part}}, {right, {other}}}).size() == 2);
  }
  SECTION("nor those that disagree where both tiles see") {
    const Detection below{{60, 28, 60, 20}, 0.9, 0};
    CHECK(stitch(std::vector<TileDetections>{{left, {left_part}}, {right, {below}}}).size() == 2);
  }
  SECTION("nor two of one tile") {
    CHECK(stitch(std::vector<TileDetections>{{left, {left_part, left_part}}}).size() == 2);
  }
  SECTION("nor those that only one tile can see") {
    const Detection far_left{{10, 10, 20, 20}, 0.5, 0};
    const auto apart = stitch(std::vector<TileDetections>{{left, {far_left}}, {right, {right_part}}});
    REQUIRE(apart.size() == 2);
    CHECK(apart[0].score == 0.9);
  }
  SECTION("and a chain of three becomes one") {
    const Box third{120, 0, 100, 50};
    const Detection middle{{60, 10, 100, 20}, 0.4, 0};
    const Detection end{{120, 10, 60, 20}, 0.3, 0};
    const auto chain =
        stitch(std::vector<TileDetections>{{left, {left_part}}, {third, {end}}, {right, {middle}}});
    REQUIRE(chain.size() == 1);
    CHECK(chain[0].box == Box{40, 10, 140, 20});
  }
}

TEST_CASE("a detector run over tiles finds everything once, where it is") {
  Tensor x = Tensor::zeros({2, 1, 20, 34});
  const auto put = [&](std::size_t n, std::size_t row, std::size_t column, float size) {
    x.mutable_data<float>()[(n * 20 + row) * 34 + column] = size;
  };
  put(0, 4, 3, 2);
  put(0, 15, 13, 4); // in the overlap of four tiles
  put(1, 19, 33, 6); // at the corner: clipped
  const TilingConfig tiles{.tile_height = 16, .tile_width = 16, .overlap = 6};
  std::int64_t runs = 0;
  const auto found = detect_in_tiles(
      [&](const Tensor& tile) {
        CHECK(tile.shape() == Shape({2, 1, 16, 16}));
        ++runs;
        return find_bright(tile);
      },
      x, tiles);
  CHECK(runs == 2 * 3);
  REQUIRE(found.size() == 2);
  REQUIRE(found[0].size() == 2);
  const auto has = [&](const Box& box) {
    return std::ranges::any_of(found[0], [&](const Detection& d) { return iou(d.box, box) > 0.999; });
  };
  CHECK(has({2.5, 3.5, 2, 2}));
  CHECK(has({11.5, 13.5, 4, 4}));
  REQUIRE(found[1].size() == 1);
  CHECK(found[1][0].box == Box{30.5, 16.5, 3.5, 3.5});
}

TEST_CASE("a picture smaller than a tile is padded") {
  Tensor x = Tensor::zeros({1, 1, 6, 9});
  x.mutable_data<float>()[2 * 9 + 4] = 2;
  const auto found = detect_in_tiles(
      [](const Tensor& tile) {
        CHECK(tile.shape() == Shape({1, 1, 16, 12}));
        return find_bright(tile);
      },
      x, {.tile_height = 16, .tile_width = 12, .overlap = 4});
  REQUIRE(found[0].size() == 1);
  CHECK(found[0][0].box == Box{3.5, 1.5, 2, 2});
  CHECK_THROWS_AS(detect_in_tiles(find_bright, x, {.tile_height = 4, .tile_width = 4, .overlap = 4}),
                  ArgumentError);
}
