#include "mammo/core/threads.hpp"
#include "mammo/data/augmentation.hpp"
#include "mammo/data/loader.hpp"
#include "mammo/image/resample.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::data;

namespace {

// Dim tissue with a bright ellipse in a box; the mask is the ellipse.
LabelledFilm lesion_film(std::int64_t height, std::int64_t width, const Box& box, std::int64_t label = 1) {
  LabelledFilm film{.picture = Tensor::full({height, width}, 60, {.dtype = DType::u8})};
  film.mask = Tensor::zeros({height, width}, {.dtype = DType::u8});
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const double u = (static_cast<double>(x) + 0.5 - box.x) / box.width * 2 - 1;
      const double v = (static_cast<double>(y) + 0.5 - box.y) / box.height * 2 - 1;
      if (u * u + v * v > 1) continue;
      const auto at = static_cast<std::size_t>(y * width + x);
      film.picture.mutable_data<std::uint8_t>()[at] = 200;
      film.mask.mutable_data<std::uint8_t>()[at] = 1;
    }
  }
  film.boxes = {box};
  film.labels = {label};
  return film;
}

// The least box of pixel edges around the pixels of [1, H, W] that pass.
template <class T, class F>
Box extent_where(const Tensor& picture, F passes) {
  const std::int64_t width = picture.size(-1);
  std::int64_t left = width, top = picture.size(-2), right = 0, bottom = 0;
  const auto values = picture.data<T>();
  for (std::int64_t i = 0; i < picture.numel(); ++i) {
    if (!passes(values[static_cast<std::size_t>(i)])) continue;
    left = std::min(left, i % width);
    right = std::max(right, i % width + 1);
    top = std::min(top, i / width);
    bottom = std::max(bottom, i / width + 1);
  }
  return {static_cast<double>(left), static_cast<double>(top), static_cast<double>(right - left),
          static_cast<double>(bottom - top)};
}

double worst_edge(const Box& a, const Box& b) {
  return std::max({std::abs(a.x - b.x), std::abs(a.y - b.y), std::abs(a.right() - b.right()),
                   std::abs(a.bottom() - b.bottom())});
}

bool same(const AugmentedFilm::Batch& a, const AugmentedFilm::Batch& b) {
  return std::ranges::equal(a.inputs.data<float>(), b.inputs.data<float>()) &&
         std::ranges::equal(a.masks.data<std::uint8_t>(), b.masks.data<std::uint8_t>()) &&
         a.boxes == b.boxes && a.labels == b.labels;
}

AugmentationOptions everything() {
  AugmentationOptions options = detector_augmentation();
  options.height = 120;
  options.width = 80;
  options.zoom = {1, 1.5, 0.5};
  options.elastic = {2, 6, 0.5};
  options.elastic_spacing = 32;
  options.mosaic = 0.3;
  options.paste = 0.7;
  options.blur = {0.5, 1.5, 0.5};
  options.noise = {1, 5};
  options.cutout = {0.1, 0.3, 0.5};
  return options;
}

const std::vector<LabelledFilm> films{lesion_film(120, 80, {20, 30, 16, 24}, 1),
                                      lesion_film(200, 140, {60, 90, 30, 20}, 2),
                                      lesion_film(90, 90, {10, 50, 14, 14}, 3)};

struct Films {
  std::size_t size() const { return films.size(); }
  LabelledFilm get(std::size_t index) const { return films[index]; }
};

} // namespace

TEST_CASE("without chance a film is fitted to the canvas as the detector fits it") {
  LabelledFilm film = lesion_film(150, 70, {20, 30, 17, 25});
  std::uint32_t noise = 7;
  for (std::uint8_t& value : film.picture.mutable_data<std::uint8_t>()) {
    noise = noise * 1664525U + 1013904223U;
    value = static_cast<std::uint8_t>(noise >> 24);
  }
  Generator generator(1);
  const AugmentedFilm result = augment(film, {.height = 200, .width = 112}, generator);
  const image::FittedPicture fitted = image::fit_to_canvas(film.picture, {.height = 200, .width = 112});
  const auto expected = fitted.canvas.data<std::uint8_t>();
  const auto values = result.input.data<float>();
  REQUIRE(result.input.shape() == Shape{1, 200, 112});
  double worst = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    worst = std::max(worst, std::abs(double{values[i]} - static_cast<double>(expected[i])));
  }
  CHECK(worst <= 0.501); // fit_to_canvas rounds
  CHECK(worst_edge(result.boxes.at(0), fitted.to_canvas.apply(film.boxes[0])) < 1e-9);

  Generator same_again(1);
  const AugmentedFilm shifted = augment(film, {.height = 200, .width = 112, .mean = 114}, same_again);
  CHECK(shifted.input.data<float>()[5000] == values[5000] - 114);
}

TEST_CASE("boxes and masks follow the lesion through flips, turns, scales, shifts, zooms and bends") {
  AugmentationOptions options = detector_augmentation();
  options.height = 400;
  options.width = 224;
  options.gamma.probability = 0;
  options.gain = {1, 1};
  options.offset = {0, 0};
  options.rotation = {-90, 90};
  options.scale = {0.5, 1.8};
  options.shift_x = {-15, 15};
  options.zoom = {1, 1.4, 0.5};
  options.least_visible = 1; // whole lesions alone, whose extent can be measured
  const LabelledFilm film = lesion_film(400, 224, {95, 170, 46, 70});
  int seen = 0;
  for (const double bend : {0.0, 10.0}) {
    options.elastic = {bend, bend, bend > 0 ? 1.0 : 0.0};
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      Generator generator(seed);
      const AugmentedFilm result = augment(film, options, generator);
      if (result.boxes.empty()) continue;
      CAPTURE(bend, seed);
      ++seen;
      const Box& box = result.boxes[0];
      // Edges are off by up to half a pixel of the film and of the canvas, since a pixel counts where its
      // centre is inside.
      const auto& m = result.to_canvas.to_canvas.matrix();
      const double near = 0.8 + 0.5 * std::hypot(m[0], m[3]);
      CHECK(worst_edge(box, extent_where<std::uint8_t>(result.mask, [](int v) { return v == 1; })) < near);
      CHECK(worst_edge(box, extent_where<float>(result.input, [](float v) { return v > 130; })) < near);
    }
  }
  CHECK(seen >= 20);
}

TEST_CASE("a rotated box is the extent of its ellipse, not of its corners") {
  const LabelledFilm film = lesion_film(200, 200, {80, 80, 40, 40});
  Generator generator(1);
  const AugmentedFilm result = augment(film, {.height = 200, .width = 200, .rotation = {45, 45}}, generator);
  CHECK(worst_edge(result.boxes.at(0), {80, 80, 40, 40}) < 1e-9); // a circle stays
}

TEST_CASE("a box of which too little is in view is dropped") {
  const LabelledFilm film = lesion_film(100, 100, {0, 40, 20, 20});
  AugmentationOptions options{.height = 100, .width = 100, .shift_x = {-8, -8}, .least_visible = 0.5};
  Generator generator(1);
  const AugmentedFilm kept = augment(film, options, generator);
  REQUIRE(kept.boxes.size() == 1);
  CHECK(worst_edge(kept.boxes[0], {0, 40, 12, 20}) < 1e-9);
  CHECK(kept.labels == std::vector<std::int64_t>{1});
  options.shift_x = {-11, -11};
  CHECK(augment(film, options, generator).boxes.empty());
  options.least_visible = 0;
  CHECK(augment(film, options, generator).boxes.size() == 1);
  options.least_side = 10;
  CHECK(augment(film, options, generator).boxes.empty());
}

TEST_CASE("grey values change as written") {
  Tensor canvas = Tensor::from({0.F, 51.F, 102.F, 255.F}, {1, 4});
  change_grey(canvas, {.gamma = 0.75, .gain = 1.1, .offset = -7}, 255);
  for (const auto& [i, grey] : {std::pair{0, 0.0}, {1, 51.0}, {2, 102.0}, {3, 255.0}}) {
    const double expected = std::clamp(1.1 * 255 * std::pow(grey / 255, 0.75) - 7, 0.0, 255.0);
    CHECK(canvas.data<float>()[static_cast<std::size_t>(i)] == Approx(expected).margin(0.01));
  }

  // A Gaussian blur keeps the sum of a spot and gives it the variance sigma^2.
  Tensor spot = Tensor::zeros({41, 41});
  spot.mutable_data<float>()[20 * 41 + 20] = 200;
  change_grey(spot, {.blur = 2}, 255);
  double sum = 0;
  double spread = 0;
  for (std::int64_t i = 0; i < 41 * 41; ++i) {
    const double value = double{spot.data<float>()[static_cast<std::size_t>(i)]};
    sum += value;
    spread += value * static_cast<double>((i % 41 - 20) * (i % 41 - 20));
  }
  CHECK(sum == Approx(200));
  CHECK(spread / sum == Approx(4).epsilon(0.05)); // cut at 3 sigma
}

TEST_CASE("noise has the mean, deviation and shape of a normal distribution") {
  Tensor canvas = Tensor::full({300, 333}, 100);
  change_grey(canvas, {.noise = 5, .noise_seed = 3}, 255);
  double mean = 0;
  double square = 0;
  double within = 0;
  double neighbours = 0;
  float before = 100;
  const auto count = static_cast<double>(canvas.numel());
  for (const float value : canvas.data<float>()) {
    const double off = double{value} - 100;
    mean += off / count;
    square += off * off / count;
    within += std::abs(off) < 5 ? 1 / count : 0;
    neighbours += off * (double{before} - 100) / count;
    before = value;
  }
  CHECK(std::abs(mean) < 0.06); // 4 standard errors: 4 * 5 / sqrt(100,000)
  CHECK(std::sqrt(square) == Approx(5).epsilon(0.01));
  // The density of four uniform numbers' sum, integrated over a deviation: 2 (2/3 a - a^3/3 + a^4/8), a^2 =
  // 1/3.
  CHECK(within == Approx(0.6693).margin(0.006)); // 4 standard errors
  CHECK(std::abs(neighbours) < 0.35);            // 4 standard errors: 4 * 25 / sqrt(100,000)
}

TEST_CASE("cutout makes a square hole of the mean and drops what it hides") {
  const LabelledFilm film = lesion_film(60, 60, {24, 24, 12, 12});
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Generator generator(seed);
    const AugmentedFilm result = augment(
        film, {.height = 60, .width = 60, .mean = 10, .cutout = {0.5, 0.5}, .least_visible = 0.5}, generator);
    const Box hole = extent_where<float>(result.input, [](float v) { return v == 0; });
    CHECK(std::ranges::count(result.input.data<float>(), 0.F) == static_cast<std::ptrdiff_t>(hole.area()));
    CHECK(hole.width <= 30);
    CHECK(hole.height <= 30);
    const double hidden = intersection(hole, film.boxes[0]).area() / film.boxes[0].area();
    CHECK(result.boxes.size() == (hidden > 0.5 ? 0 : 1));
  }
}

TEST_CASE("a pasted lesion lies in tissue, off other boxes, with its mask") {
  const LabelledFilm film = lesion_film(200, 150, {20, 30, 30, 40});
  LabelledFilm donor = lesion_film(200, 150, {90, 60, 20, 30}, 7);
  for (std::uint8_t& value : donor.picture.mutable_data<std::uint8_t>()) value -= 20; // a darker film
  const AugmentationOptions options{
      .height = 200, .width = 150, .paste = 1, .paste_scale = {1, 1}, .tissue = 40};
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    const AugmentedFilm result = augment(film, options, generator, [&](Generator&) { return donor; });
    REQUIRE(result.boxes.size() == 2);
    CHECK(result.labels == std::vector<std::int64_t>{1, 7});
    CHECK(iou(result.boxes[0], result.boxes[1]) == 0);
    // Brightness of its surroundings is the place's: the lesion is 140 grey values above 60, as in its film.
    const Box& box = result.boxes[1];
    const auto middle = static_cast<std::size_t>(std::floor(box.y + box.height / 2)) * 150 +
                        static_cast<std::size_t>(std::floor(box.x + box.width / 2));
    CHECK(result.input.data<float>()[middle] == Approx(200).margin(1));
    CHECK(result.mask.data<std::uint8_t>()[middle] == 1);
    Tensor elsewhere = result.mask.clone(); // without the film's own lesion
    for (std::int64_t i = 0; i < elsewhere.numel(); ++i) {
      const std::int64_t row = i / 150;
      const Point p{static_cast<double>(i % 150) + 0.5, static_cast<double>(row) + 0.5};
      if (intersection(result.boxes[0], {p.x, p.y, 1e-9, 1e-9}).area() > 0) {
        elsewhere.mutable_data<std::uint8_t>()[static_cast<std::size_t>(i)] = 0;
      }
    }
    CHECK(worst_edge(box, extent_where<std::uint8_t>(elsewhere, [](int v) { return v == 1; })) < 1.3);
  }
  AugmentationOptions nowhere = options;
  nowhere.tissue = 250;
  Generator generator(1);
  CHECK(augment(film, nowhere, generator, [&](Generator&) { return donor; }).boxes.size() == 1);
}

TEST_CASE("a mosaic shows four films, their boxes inside their quarters") {
  AugmentationOptions options{.height = 200, .width = 160, .mosaic = 1, .mosaic_scale = {0.5, 0.5}};
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    std::int64_t next = 2;
    const AugmentedFilm result =
        augment(lesion_film(200, 160, {60, 80, 40, 40}, 1), options, generator,
                [&](Generator&) { return lesion_film(200, 160, {60, 80, 40, 40}, next++); });
    CHECK(result.labels == std::vector<std::int64_t>{1, 2, 3, 4}); // in the middle of each film, so in view
    double area = 0;
    for (const Box& box : result.boxes) {
      CHECK(clip(box, 160, 200) == box);
      area += box.area();
    }
    CHECK(area == Approx(4 * 400)); // halved on each side
    const auto mask = result.mask.data<std::uint8_t>();
    const auto lesion = static_cast<double>(std::ranges::count(mask, std::uint8_t{1}));
    CHECK(lesion == Approx(4 * 314).epsilon(0.05)); // circles of radius 10
  }
}

TEST_CASE("a batch has the same bits on any number of threads and for any number of workers", "[threads]") {
  const AugmentationOptions options = everything();
  const int before = thread_budget();
  set_thread_budget(1);
  const AugmentedFilm::Batch alone = augment_batch(films, options, 5);
  CHECK(alone.inputs.shape() == Shape{3, 1, 120, 80});
  for (const int threads : {2, 3, 5}) {
    set_thread_budget(threads);
    CHECK(same(alone, augment_batch(films, options, 5)));
  }
  set_thread_budget(before);
  CHECK_FALSE(same(alone, augment_batch(films, options, 6)));

  const Sampler sampler = Sampler::shuffled(films.size(), {.batch_size = 3, .seed = 9});
  Loader one(Augmented(Films{}, options), sampler, {.workers = 0});
  Loader three(Augmented(Films{}, options), sampler, {.workers = 3});
  for (int i = 0; i < 4; ++i) {
    const auto a = one.next();
    const auto b = three.next();
    REQUIRE(a.has_value() == b.has_value());
    if (a) CHECK(same(*a, *b));
  }
}

TEST_CASE("what one option draws does not depend on the probability of another") {
  AugmentationOptions options = detector_augmentation();
  Generator a(4);
  const Placement with = draw_placement(options, a);
  options.scale.probability = 0;
  Generator b(4);
  const Placement without = draw_placement(options, b);
  CHECK(without.scale == 1);
  CHECK(without.rotation == with.rotation);
  CHECK(without.elastic_seed == with.elastic_seed);
}

TEST_CASE("the detector's recipe draws from its ranges") {
  const AugmentationOptions options = detector_augmentation();
  Generator generator(1);
  int flipped = 0;
  int curved = 0;
  for (int i = 0; i < 1000; ++i) {
    const Placement p = draw_placement(options, generator);
    const GreyChange g = draw_grey_change(options, generator);
    REQUIRE((p.scale >= 0.75 && p.scale < 1.25));
    REQUIRE(std::abs(p.rotation) <= 12);
    REQUIRE((std::abs(p.shift_x) <= 30 && std::abs(p.shift_y) <= 40));
    REQUIRE((p.zoom == 1 && p.elastic == 0 && g.noise == 0 && g.blur == 0));
    REQUIRE((g.gain >= 0.8 && g.gain < 1.2 && std::abs(g.offset) <= 12));
    flipped += p.flip_up_down;
    curved += g.gamma != 1;
  }
  CHECK(std::abs(flipped - 300) < 60); // 4 standard deviations of 14.5
  CHECK(std::abs(curved - 300) < 60);
}

TEST_CASE("odd films are augmented, wrong ones refused") {
  AugmentationOptions options = everything();
  options.mosaic = 0;
  options.paste = 0;
  for (const Shape& shape : {Shape{1, 1}, Shape{1, 90}, Shape{90, 1}, Shape{5000, 3}}) {
    Generator generator(1);
    const LabelledFilm film{.picture = Tensor::full(shape, 255, {.dtype = DType::u8})};
    const AugmentedFilm result = augment(film, options, generator);
    CHECK(std::ranges::all_of(result.input.data<float>(), [](float v) { return v >= 0 && v <= 255; }));
  }
  Generator generator(1);
  const Tensor deep = Tensor::full({50, 40}, 65535, {.dtype = DType::u16});
  const AugmentedFilm full =
      augment({.picture = deep}, {.height = 50, .width = 40, .white = 65535}, generator);
  CHECK(std::ranges::all_of(full.input.data<float>(), [](float v) { return v == 65535; }));

  LabelledFilm film = lesion_film(50, 50, {10, 10, 5, 5});
  const auto refused = [&](const LabelledFilm& wrong) { return augment(wrong, {}, generator); };
  CHECK_THROWS_WITH(augment(film, {.mosaic = 1}, generator),
                    "augment: mosaic and pasted lesions need other films");
  CHECK_THROWS_WITH(augment(film, {.scale = {2, 1}}, generator),
                    "augmentation: scale from 2 to 1, expected 0.01 to 100");
  CHECK_THROWS_AS(augment(film, {.elastic = {0, 16}}, generator), ArgumentError); // a quarter of 64
  CHECK_THROWS_AS(augment(film, {.flip_up_down = 1.5}, generator), ArgumentError);
  CHECK_THROWS_AS(augment(film, {.gain = {0, std::nan("")}}, generator), ArgumentError);
  film.labels.clear();
  CHECK_THROWS_WITH(refused(film), "augment: 0 labels for 1 boxes");
  film = lesion_film(50, 50, {10, 10, 5, 5});
  film.boxes[0].width = 0;
  CHECK_THROWS_AS(refused(film), ArgumentError);
  film = lesion_film(50, 50, {10, 10, 5, 5});
  film.mask = Tensor::zeros({50, 49}, {.dtype = DType::u8});
  CHECK_THROWS_AS(refused(film), ShapeError);
  CHECK_THROWS_AS(refused({.picture = Tensor::zeros({1, 50, 50})}), ShapeError);
  CHECK_THROWS_AS(refused({.picture = Tensor()}), ShapeError);
  CHECK_THROWS_AS(refused({.picture = Tensor::zeros({5, 5}, {.dtype = DType::i32})}), TypeError);
  CHECK_THROWS_AS(augment_batch({}, {}, 1), ShapeError);
}
