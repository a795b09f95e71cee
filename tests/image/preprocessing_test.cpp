#include "image/kernels.hpp"
#include "mammo/core/memory.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/image/blur.hpp"
#include "mammo/image/breast.hpp"
#include "mammo/image/detector_input.hpp"
#include "mammo/image/resample.hpp"
#include "tests/image/formula_pictures.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::image;
using namespace mammo::test;

namespace {

bool same_pixels(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::ranges::equal(a.data<std::uint8_t>(), b.data<std::uint8_t>());
}

} // namespace

TEST_CASE("area weights sum to one and cover what the new pixel covers") {
  for (const auto& [old_size, new_size] :
       {std::pair{10, 4}, {4, 10}, {7, 7}, {5491, 800}, {1, 800}, {800, 1}, {3, 2}, {20000, 799}}) {
    const AreaTaps taps = area_taps(old_size, new_size);
    CAPTURE(old_size, new_size, taps.taps);
    double worst = 0;
    bool whole = true;
    for (std::int64_t i = 0; i < new_size; ++i) {
      std::int64_t sum = 0;
      double center = 0;
      for (std::int64_t k = 0; k < taps.taps; ++k) {
        const std::uint16_t weight = taps.weights[static_cast<std::size_t>(i * taps.taps + k)];
        sum += weight;
        // The centre of a pixel that is cut off by the new pixel's end lies in the middle of its covered
        // part.
        const double scale = static_cast<double>(old_size) / new_size;
        const auto old_pixel = static_cast<double>(taps.starts[static_cast<std::size_t>(i)] + k);
        const double from = std::max(old_pixel, static_cast<double>(i) * scale);
        const double to = std::min(old_pixel + 1, static_cast<double>(i + 1) * scale);
        const double covered = std::max(0.0, to - from) / scale;
        worst = std::max(worst, std::abs(covered - weight / 32768.0));
        center += weight / 32768.0;
      }
      whole = whole && sum == 32768 && center == Approx(1) && taps.starts[static_cast<std::size_t>(i)] >= 0 &&
              taps.starts[static_cast<std::size_t>(i)] + taps.taps <= old_size;
    }
    CHECK(whole);
    CHECK(worst <= 1.0 / 32768);
  }
}

TEST_CASE("resize_area keeps even pictures, identity and whole factors exact") {
  for (const int level : {0, 1, 127, 255}) {
    CHECK(same_pixels(resize_area(even_picture(61, 83, level), 37, 100), even_picture(37, 100, level)));
  }
  const Tensor old = noise_picture(90, 130);
  CHECK(same_pixels(resize_area(old, 90, 130), old));
  const Tensor larger = resize_area(old, 270, 260);
  CHECK(same_pixels(
      larger, picture(270, 260, [](std::int64_t y, std::int64_t x) { return noise_at(y / 3, x / 2); })));
  // By hand: the mean of 2 x 2 pixels, halves rounded up.
  const Tensor four = Tensor::from<std::uint8_t>({0, 10, 20, 31, 4, 4, 9, 9}, {4, 2});
  CHECK(same_pixels(resize_area(four, 2, 1), Tensor::from<std::uint8_t>({15, 7}, {2, 1})));
}

TEST_CASE("resize_area takes strided pictures and refuses others") {
  const Tensor old = noise_picture(40, 60);
  const Tensor part = old.slice(1, 10, 50).slice(0, 3, 33);
  CHECK(same_pixels(resize_area(part, 11, 13), resize_area(part.contiguous(), 11, 13)));
  CHECK_THROWS_AS(resize_area(old, 0, 10), ArgumentError);
  CHECK_THROWS_AS(resize_area(old, 10, 65537), ArgumentError);
  CHECK_THROWS_AS(resize_area(Tensor::zeros({4, 4}), 2, 2), TypeError);
  CHECK_THROWS_AS(resize_area(Tensor::zeros({1, 4, 4}, {.dtype = DType::u8}), 2, 2), ShapeError);
  CHECK_THROWS_AS(resize_area(Tensor::zeros({0, 4}, {.dtype = DType::u8}), 2, 2), ShapeError);
  CHECK_THROWS_AS(resize_area(Tensor(), 2, 2), ShapeError);
}

#if MAMMO_WITH_HALIDE
TEST_CASE("Halide kernels give the plain loops' bits") {
  for (const auto& [h, w, new_h, new_w] : std::vector<std::array<std::int64_t, 4>>{{300, 700, 80, 48},
                                                                                   {64, 64, 64, 64},
                                                                                   {65, 129, 9, 127},
                                                                                   {1, 200, 1, 80},
                                                                                   {33, 90, 200, 300},
                                                                                   {1001, 333, 77, 65},
                                                                                   {40, 63, 20, 63}}) {
    CAPTURE(h, w, new_h, new_w);
    const Tensor old = noise_picture(h, w);
    const GreyView view{old.data<std::uint8_t>().data(), h, w};
    std::vector<std::uint8_t> plain_out(static_cast<std::size_t>(new_h * new_w));
    std::vector<std::uint8_t> halide_out(plain_out.size());
    plain::resize_area(view, area_taps(h, new_h), area_taps(w, new_w), plain_out.data());
    halide::resize_area(view, area_taps(h, new_h), area_taps(w, new_w), halide_out.data());
    CHECK(plain_out == halide_out);
  }
  for (const auto& [h, w, taps] : std::vector<std::array<std::int64_t, 3>>{
           {200, 300, 31}, {94, 94, 31}, {31, 95, 31}, {130, 161, 3}, {300, 127, 61}}) {
    CAPTURE(h, w, taps);
    const Tensor padded = noise_picture(h, w);
    std::vector<std::uint16_t> kernel(static_cast<std::size_t>(taps), static_cast<std::uint16_t>(256 / taps));
    kernel.front() = static_cast<std::uint16_t>(256 - 256 / taps * (taps - 1));
    const GreyView view{padded.data<std::uint8_t>().data(), h, w};
    std::vector<std::uint8_t> plain_out(static_cast<std::size_t>((h - taps + 1) * (w - taps + 1)));
    std::vector<std::uint8_t> halide_out(plain_out.size());
    plain::blur(view, kernel, plain_out.data());
    halide::blur(view, kernel, halide_out.data());
    CHECK(plain_out == halide_out);
  }
}
#endif

TEST_CASE("gaussian_blur keeps even pictures and refuses odd widths of the bell") {
  CHECK(same_pixels(gaussian_blur(even_picture(40, 90, 255), 5), even_picture(40, 90, 255)));
  for (const double sigma : {0.0, -1.0, 41.0, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THROWS_AS(gaussian_blur(even_picture(4, 4, 0), sigma), ArgumentError);
  }
}

TEST_CASE("otsu_threshold splits two levels at the lower one") {
  const Tensor two = picture(10, 10, [](std::int64_t y, std::int64_t) { return y < 3 ? 40 : 200; });
  CHECK(otsu_threshold(two) == 40);
  CHECK(otsu_threshold(even_picture(5, 5, 77)) == 0);
}

TEST_CASE("find_breast widens its box towards the edges that the breast reaches") {
  // Rectangles, whose blurred edges stay where they are at half height; the threshold lies lower, a few
  // pixels out.
  const auto film = [](std::int64_t x0, std::int64_t y0, std::int64_t x1, std::int64_t y1) {
    return picture(800, 480, [=](std::int64_t y, std::int64_t x) {
      return x >= x0 && x < x1 && y >= y0 && y < y1 ? 150 : 0;
    });
  };
  const BreastRegion middle = find_breast(film(100, 200, 300, 500));
  CHECK(middle.found);
  const double out = 100 - 8 - middle.box.x; // by which the blur widens the rectangle
  CHECK(out >= 0);
  CHECK(out <= 6);
  CHECK(middle.box == Box{92 - out, 190 - out, 216 + 2 * out, 320 + 2 * out});

  const BreastRegion left = find_breast(film(0, 200, 300, 500));
  CHECK(left.box == Box{0, 190 - out, 308 + out, 320 + 2 * out});
  const BreastRegion right = find_breast(film(200, 200, 480, 500));
  CHECK(right.box == Box{192 - out, 190 - out, 288 + out, 320 + 2 * out});
  // Cleared rows end at 28 and 772; the margin from there is 24.
  const BreastRegion top = find_breast(film(100, 0, 300, 500));
  CHECK(top.box == Box{92 - out, 4, 216 + 2 * out, 506 + out});
  const BreastRegion bottom = find_breast(film(100, 200, 300, 800));
  CHECK(bottom.box == Box{92 - out, 190 - out, 216 + 2 * out, 606 + out});
  const BreastRegion everywhere = find_breast(film(0, 0, 480, 800));
  CHECK(everywhere.box == Box{0, 4, 480, 792});

  // The mask is the part that was found, without the frame.
  const auto mask = top.mask.data<std::uint8_t>();
  CHECK(mask[27 * 480 + 200] == 0);
  CHECK(mask[28 * 480 + 200] == 1);
  CHECK(mask[700 * 480 + 200] == 0);
}

TEST_CASE("find_breast takes the largest part and drops what a 9 x 9 square does not fit into") {
  const Tensor film = picture(800, 480, [](std::int64_t y, std::int64_t x) {
    const bool breast = x >= 200 && x < 400 && y >= 300 && y < 600;
    const bool marker = x >= 60 && x < 120 && y >= 60 && y < 120;
    const bool scratch = y >= 450 && y < 452 && x < 200;
    return breast || marker ? 150 : scratch ? 40 : 0;
  });
  const BreastRegion region = find_breast(film);
  CHECK(region.found);
  CHECK(region.box.x > 180);
  CHECK(region.box.y > 280);
  CHECK(region.mask.data<std::uint8_t>()[90 * 480 + 90] == 0);
}

TEST_CASE("find_breast falls back to the whole picture") {
  for (const Tensor& film : {even_picture(800, 480, 0), even_picture(1, 1, 200), even_picture(3, 700, 90),
                             even_picture(700, 3, 90), even_picture(56, 28, 255)}) {
    const BreastRegion region = find_breast(film);
    CAPTURE(film.shape());
    CHECK_FALSE(region.found);
    CHECK(region.box == Box{0, 0, static_cast<double>(film.size(1)), static_cast<double>(film.size(0))});
    CHECK(same_pixels(region.mask, even_picture(film.size(0), film.size(1), 1)));
  }
  // 4 % of the picture are too little.
  const Tensor speck = picture(800, 480, [](std::int64_t y, std::int64_t x) {
    return x >= 200 && x < 300 && y >= 300 && y < 440 ? 150 : 0;
  });
  CHECK_FALSE(find_breast(speck).found);
  CHECK(find_breast(speck, {.least_area = 0.03}).found);
}

TEST_CASE("find_breast refuses options out of range") {
  const Tensor film = even_picture(50, 50, 9);
  CHECK_THROWS_AS(find_breast(film, {.otsu_fraction = -0.1}), ArgumentError);
  CHECK_THROWS_AS(find_breast(film, {.frame_rows = -1}), ArgumentError);
  CHECK_THROWS_AS(find_breast(film, {.opening = 0}), ArgumentError);
  CHECK_THROWS_AS(find_breast(film, {.least_area = std::numeric_limits<double>::quiet_NaN()}), ArgumentError);
  CHECK_THROWS_AS(find_breast(film, {.margin_columns = std::numeric_limits<std::int64_t>::max()}),
                  ArgumentError);
}

TEST_CASE("normalize_brightness brings the percentile to its target and drops fractions") {
  // 201 pixels above 20: ranks 0 to 200, of which 199 is the 99.5th percentile.
  const Tensor ramp = picture(1, 222, [](std::int64_t, std::int64_t x) { return x; });
  const NormalizedPicture result = normalize_brightness(ramp);
  CHECK(result.percentile == Approx(21 + 0.995 * 200));
  CHECK(result.gain == Approx(235 / 220.0));
  const auto values = result.picture.data<std::uint8_t>();
  CHECK(values[0] == 0);
  CHECK(values[100] == 106); // 106.8
  CHECK(values[221] == 236); // 236.07

  const NormalizedPicture between =
      normalize_brightness(Tensor::from<std::uint8_t>({100, 200, 0, 20}, {2, 2}), {.percentile = 25});
  CHECK(between.percentile == Approx(125));
  const NormalizedPicture dark = normalize_brightness(even_picture(3, 3, 30));
  CHECK(dark.gain == Approx(235 / 60.0));
  const NormalizedPicture black = normalize_brightness(even_picture(3, 3, 20));
  CHECK(black.percentile == 0);
  CHECK(black.gain == Approx(235 / 60.0));
  const NormalizedPicture clipped =
      normalize_brightness(Tensor::from<std::uint8_t>({60, 250}, {1, 2}), {.percentile = 0});
  CHECK(clipped.picture.data<std::uint8_t>()[1] == 255);
  CHECK_THROWS_AS(normalize_brightness(ramp, {.percentile = 101}), ArgumentError);
  CHECK_THROWS_AS(normalize_brightness(ramp, {.least = 0}), ArgumentError);
}

TEST_CASE("boxes go to the input and back") {
  const DetectorInput result = detector_input(film_picture(1500, 900, false, 10, 80));
  for (const Box& box : {Box{500, 600, 40, 70}, Box{880.5, 3.25, 10, 1000}}) {
    const Box back = result.to_input.inverse().apply(result.to_input.apply(box));
    CHECK(back.x == Approx(box.x).margin(1e-9));
    CHECK(back.y == Approx(box.y).margin(1e-9));
    CHECK(back.width == Approx(box.width).margin(1e-9));
    CHECK(back.height == Approx(box.height).margin(1e-9));
  }
}

TEST_CASE("a lesion painted on the film lies where the transform says") {
  // A bright square on even tissue; its centre of mass in the canvas, less what the canvas holds without it.
  const Box lesion{301, 703, 90, 110};
  for (const auto& [height, width] : {std::pair{3000, 1800}, {1500, 900}, {2001, 1333}}) {
    for (const double aspect : {0.6, 0.72}) {
      CAPTURE(height, width, aspect);
      const auto film = [&, h = height, w = width](bool with) {
        return picture(h, w, [&](std::int64_t y, std::int64_t x) {
          if (x >= w * 3 / 5 || y < h / 5 || y >= h * 4 / 5) return 0;
          const auto px = static_cast<double>(x);
          const auto py = static_cast<double>(y);
          const bool inside = px >= lesion.x && px < lesion.right() && py >= lesion.y && py < lesion.bottom();
          return with && inside ? 180 : 120;
        });
      };
      // The gain must not depend on the lesion, and nothing may be clipped.
      const DetectorInputOptions options{.aspect = aspect, .brightness = {.percentile = 50, .target = 120}};
      const DetectorInput with = detector_input(film(true), options);
      const DetectorInput without = detector_input(film(false), options);
      REQUIRE(with.breast == without.breast);
      double mass = 0;
      double x = 0;
      double y = 0;
      for (std::int64_t row = 0; row < 800; ++row) {
        for (std::int64_t column = 0; column < 448; ++column) {
          const auto at = static_cast<std::size_t>(row * 448 + column);
          const int more =
              int{with.canvas.data<std::uint8_t>()[at]} - without.canvas.data<std::uint8_t>()[at];
          mass += more;
          x += more * (static_cast<double>(column) + 0.5);
          y += more * (static_cast<double>(row) + 0.5);
        }
      }
      REQUIRE(mass > 1000);
      const Point seen = with.to_input.inverse().apply(Point{x / mass, y / mass});
      const double one_pixel = 1 / with.to_input.matrix()[4];
      CHECK(std::abs(seen.x - (lesion.x + lesion.width / 2)) < 0.05 * one_pixel);
      CHECK(std::abs(seen.y - (lesion.y + lesion.height / 2)) < 0.05 * one_pixel);
    }
  }
}

TEST_CASE("detector_input gives shapes, mean and parts that fit together") {
  const DetectorInput result = detector_input(film_picture(1000, 640, true, 20, 90));
  CHECK(result.input.shape() == Shape{1, 1, 800, 448});
  CHECK(result.canvas.shape() == Shape{800, 448});
  const auto grey = result.canvas.data<std::uint8_t>();
  const auto input = result.input.data<float>();
  bool fits = true;
  for (std::size_t i = 0; i < grey.size(); ++i) fits = fits && input[i] == static_cast<float>(grey[i]) - 114;
  CHECK(fits);
  CHECK(result.aspect == Approx(0.64));
  // The crop's middle is the canvas's middle, off by half a pixel times 1 - scale.
  const Point middle = result.to_input.apply(
      Point{result.breast.x + result.breast.width / 2, result.breast.y + result.breast.height / 2});
  CHECK(middle.x == Approx(224).margin(0.31));
  CHECK(middle.y == Approx(400).margin(0.31));
}

TEST_CASE("detector_input takes odd pictures or says why not") {
  for (const Tensor& film : {even_picture(1, 1, 0), even_picture(1, 1, 255), even_picture(300, 200, 0),
                             even_picture(300, 200, 255), even_picture(300, 200, 128),
                             even_picture(20, 1, 50), even_picture(1, 20, 50), noise_picture(7, 5)}) {
    CAPTURE(film.shape());
    const DetectorInput result = detector_input(film);
    CHECK(result.input.numel() == 800 * 448);
    CHECK(result.breast.right() <= static_cast<double>(film.size(1)) + 1e-9);
  }
  CHECK_THROWS_AS(detector_input(even_picture(1, 3000, 9)), ArgumentError);
  CHECK_THROWS_AS(detector_input(even_picture(3000, 1, 9)), ArgumentError);
  CHECK_NOTHROW(detector_input(even_picture(1, 3000, 9), {.aspect = 0.6}));
  CHECK_NOTHROW(detector_input(even_picture(3000, 1, 9), {.aspect = 0.6}));
  for (const double aspect : {0.0, -0.6, 1e9, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK_THROWS_AS(detector_input(even_picture(30, 20, 9), {.aspect = aspect}), ArgumentError);
  }
  CHECK_THROWS_AS(detector_input(even_picture(30, 20, 9), {.working_height = 0}), ArgumentError);
  CHECK_THROWS_AS(detector_input(even_picture(30, 20, 9), {.canvas = {.height = 0}}), ArgumentError);
  CHECK_THROWS_AS(detector_input(even_picture(30, 20, 9), {.canvas = {.max_scale = 0}}), ArgumentError);
}

TEST_CASE("a film of 14,000 x 14,000 pixels costs little more than itself") {
  const Tensor film = Tensor::zeros({14'000, 14'000}, {.dtype = DType::u8});
  const MemoryScope scope;
  const DetectorInput result = detector_input(film);
  CHECK_FALSE(result.breast_found);
  CHECK(scope.peak_bytes() < std::size_t{32} << 20);
}

TEST_CASE("preprocessing gives the same bits on any number of threads", "[threads]") {
  const Tensor film = film_picture(1100, 700, true, 10, 85);
  const int before = thread_budget();
  set_thread_budget(1);
  const DetectorInput alone = detector_input(film);
  for (const int threads : {2, 3, 7}) {
    set_thread_budget(threads);
    const DetectorInput together = detector_input(film);
    CHECK(same_pixels(alone.canvas, together.canvas));
    CHECK(alone.to_input.matrix() == together.to_input.matrix());
  }
  set_thread_budget(before);
}
