// The thesis' chain beside the same steps in OpenCV, which this test is linked with, and its own steps one by
// one.

#include "image/clahe_strips.hpp"
#include "image/wide_blur_grid.hpp"
#include "mammo/core/memory.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/image/blur.hpp"
#include "mammo/image/full_range.hpp"
#include "mammo/image/orientation.hpp"
#include "mammo/image/preprocessing_steps.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/vertical_crop.hpp"
#include "mammo/image/wide_blur.hpp"
#include "tests/image/formula_pictures.hpp"
#include "tests/image/opencv_chain.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::image;
using namespace mammo::test;

namespace {

// film_picture() in `bits` bits, with noise in those that 8 bits lack.
Tensor deep_film(std::int64_t height, std::int64_t width, bool left, int bits) {
  const Tensor grey = film_picture(height, width, left, 10, 85);
  Tensor result = Tensor::empty({height, width}, {.dtype = DType::u16});
  const auto from = grey.data<std::uint8_t>();
  const auto to = result.mutable_data<std::uint16_t>();
  for (std::size_t i = 0; i < from.size(); ++i) {
    const int noise = noise_at(static_cast<std::int64_t>(i), 3) & ((1 << (bits - 8)) - 1);
    to[i] = static_cast<std::uint16_t>((from[i] << (bits - 8)) + noise);
  }
  return result;
}

bool same(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  return a.dtype() == DType::u8 ? std::ranges::equal(a.data<std::uint8_t>(), b.data<std::uint8_t>())
                                : std::ranges::equal(a.data<std::uint16_t>(), b.data<std::uint16_t>());
}

double opencv_iou(const Tensor& film, int bits) {
  const ThesisChain ours = thesis_chain(film, bits);
  return iou(mask_on_film(ours, film.size(0), film.size(1)), opencv_chain(film, bits).mask_on_film);
}

} // namespace

TEST_CASE("full range multiplies 8 bits by 257 and 12 bits by 65535/4095") {
  const std::vector<std::uint16_t> eight = full_range_table(8);
  const std::vector<std::uint16_t> twelve = full_range_table(12);
  CHECK(eight[1] == 257);
  CHECK(eight[255] == 65535);
  CHECK(twelve[1] == 16);
  CHECK(twelve[4095] == 65535);
  CHECK(twelve[1000] == std::lround(1000 * 65535.0 / 4095));
  CHECK(full_range_table(16)[12345] == 12345);
  CHECK_THROWS_AS(full_range_table(17), ArgumentError);
  CHECK_THROWS_AS(to_full_range(Tensor::full({2, 2}, 4096, {.dtype = DType::u16}), 12), ArgumentError);
}

TEST_CASE("levels_of turns a film so that air is dark") {
  Film film = film_from_pixels(Tensor::from<std::uint16_t>({0, 1, 4000, 4095}, {2, 2}), 12);
  CHECK(same(levels_of(film).picture, film.stored));
  film.photometric = Photometric::monochrome1;
  CHECK(same(levels_of(film).picture, Tensor::from<std::uint16_t>({4095, 4094, 95, 0}, {2, 2})));
  film.rescale_slope = -1; // falls twice
  CHECK(same(levels_of(film).picture, film.stored));
  film.padding = PaddingRange{4000, 4000};
  CHECK(same(levels_of(film).picture, Tensor::from<std::uint16_t>({0, 1, 0, 4095}, {2, 2})));
  Film with_sign = film_from_pixels(Tensor::from<std::int32_t>({-2048, 0, 5, 2047}, {2, 2}), 12);
  CHECK(same(levels_of(with_sign).picture, Tensor::from<std::uint16_t>({0, 2048, 2053, 4095}, {2, 2})));
}

TEST_CASE("half sums give the middle column to the right and decide the flip") {
  // By hand.
  const Tensor wide = Tensor::from<std::uint16_t>({1, 2, 4, 8, 65535, 0, 0, 0, 0, 7}, {2, 5});
  const HalfSums sums = half_sums(wide);
  CHECK(sums.left == std::vector<std::uint64_t>{3, 0});
  CHECK(sums.right == std::vector<std::uint64_t>{65547, 7});
  CHECK(sums.bits_used == 65535);
  CHECK(breast_is_right(sums));
  CHECK(!breast_is_right(half_sums(even_picture(3, 4, 9))));
  CHECK(
      same(flip_horizontally(wide), Tensor::from<std::uint16_t>({65535, 8, 4, 2, 1, 7, 0, 0, 0, 0}, {2, 5})));
}

TEST_CASE("the vertical crop drops rows of air above and below") {
  const Tensor film = picture(40, 10, [](std::int64_t y, std::int64_t x) {
    return y >= 7 && y < 30 && y != 12 ? 100 : x == 0 ? 1 : 0;
  });
  CHECK(rows_with_breast(half_sums(film)) == RowRange{7, 30});
  CHECK(rows_with_breast(half_sums(even_picture(5, 5, 3))) == RowRange{0, 5});
  CHECK_THROWS_AS(rows_with_breast(half_sums(film), 1), ArgumentError);
}

TEST_CASE("to_8_bit divides by 255 and wraps only when told") {
  const Tensor high = Tensor::from<std::uint16_t>({254, 255, 65279, 65280, 65534, 65535}, {1, 6});
  CHECK(same(to_8_bit(high), Tensor::from<std::uint8_t>({0, 1, 255, 255, 255, 255}, {1, 6})));
  CHECK(same(to_8_bit(high, Overflow::wrap), Tensor::from<std::uint8_t>({0, 1, 255, 0, 0, 1}, {1, 6})));
}

TEST_CASE("wide_gaussian_blur is the Gaussian to one grey level, OpenCV's to two") {
  for (const auto& [height, width, size] : std::vector<std::array<std::int64_t, 3>>{
           {400, 600, 151}, {333, 1021, 151}, {150, 1201, 101}, {90, 70, 301}}) {
    CAPTURE(height, width, size);
    for (const Tensor& grey : {noise_picture(height, width), film_picture(height, width, true, 10, 85)}) {
      const Tensor blurred = wide_gaussian_blur(grey, size);
      CHECK(largest_difference(blurred, opencv_blur(grey, static_cast<int>(size), true)) <= 1);
      CHECK(largest_difference(blurred, opencv_blur(grey, static_cast<int>(size), false)) <= 2);
    }
  }
  CHECK(same(wide_gaussian_blur(even_picture(300, 400, 255), 151), even_picture(300, 400, 255)));
  CHECK(same(wide_gaussian_blur(even_picture(1, 1, 77), 151), even_picture(1, 1, 77)));
  CHECK_THROWS_AS(wide_gaussian_blur(even_picture(9, 9, 1), 150), ArgumentError);
}

#if MAMMO_WITH_HALIDE
TEST_CASE("the chain's Halide kernels give the plain loops' bits") {
  for (const DType dtype : {DType::u8, DType::u16}) {
    for (const bool mirror : {false, true}) {
      const Tensor film =
          dtype == DType::u8 ? film_picture(201, 777, true, 10, 85) : deep_film(201, 777, true, 12);
      CAPTURE(dtype == DType::u8, mirror);
      const CodePicture codes{film, 3, 190, mirror};
      const ClaheCurves curves =
          clahe_curves(codes, full_range_table(dtype == DType::u8 ? 8 : 12), 65536, {100, 3, 5});
      const ClaheAxis rows = clahe_rows(codes, curves.down, -20, 100);
      const ClaheAxis columns = clahe_columns(codes, curves.across, -40, 860);
      each_clahe_strip(curves, film, rows, columns, 9000, [&](const ClaheStrip& strip) {
        const auto count = static_cast<std::size_t>(strip.last_row - strip.first_row);
        std::vector<std::uint16_t> ours(count * 860);
        std::vector<std::uint16_t> theirs(ours.size());
        plain::clahe(strip, ours.data());
        halide::clahe(strip, theirs.data());
        CHECK(ours == theirs);
        for (const bool wrap : {false, true}) {
          ours.assign(count * 215, 0);
          theirs.assign(count * 215, 1);
          plain::clahe_sums(strip, wrap, ours.data());
          halide::clahe_sums(strip, wrap, theirs.data());
          CHECK(ours == theirs);
        }
      });
    }
  }
  for (const auto& [height, width] :
       std::vector<std::array<std::int64_t, 2>>{{37, 1030}, {1, 1203}, {300, 1201}}) {
    CAPTURE(height, width);
    const BlurGrid grid = blur_grid(height, width, 151);
    const auto margin = static_cast<std::int64_t>(grid.taps.size()) - 1;
    const std::int64_t count = 4 * (grid.rows + margin) * (grid.columns + margin);
    std::vector<std::uint16_t> sums;
    for (std::int64_t i = 0; i < count; ++i) sums.push_back(static_cast<std::uint16_t>(4 * noise_at(i, 1)));
    std::vector<float> ours(static_cast<std::size_t>(grid.rows * grid.columns));
    std::vector<float> theirs(ours.size());
    plain::wide_blur(sums.data(), grid, ours.data());
    halide::wide_blur(sums.data(), grid, theirs.data());
    CHECK(ours == theirs);
    std::vector<std::uint8_t> our_pixels(static_cast<std::size_t>(height * width));
    std::vector<std::uint8_t> their_pixels(our_pixels.size());
    plain::enlarge(ours.data(), grid, height, width, our_pixels.data());
    halide::enlarge(ours.data(), grid, height, width, their_pixels.data());
    CHECK(our_pixels == their_pixels);
  }
}
#endif

TEST_CASE("the chain is its steps one after the other, to the bit") {
  for (const int bits : {8, 12, 16}) {
    for (const bool left : {true, false}) {
      for (const Overflow overflow : {Overflow::saturate, Overflow::wrap}) {
        CAPTURE(bits, left, overflow == Overflow::wrap);
        const ThesisChainOptions options{.overflow = overflow};
        const Tensor film =
            bits == 8 ? film_picture(701, 519, left, 10, 85) : deep_film(701, 519, left, bits);
        Preprocessing steps{.picture = {film, bits}};
        for (const std::string& step : chain_steps("thesis")) take_step(step, steps, options);
        const ThesisChain chain = thesis_chain(film, bits, options);
        CHECK(chain.flipped == !left);
        CHECK(same(chain.picture, steps.picture.picture));
        CHECK(same(chain.mask, ones_where(steps.twin)));
        CHECK(chain.to_film.matrix() == steps.to_film.matrix());
      }
    }
  }
}

TEST_CASE("the chain's mask is the one of the same chain in OpenCV") {
  for (const int bits : {8, 12, 16}) {
    CAPTURE(bits);
    const Tensor film =
        bits == 8 ? film_picture(1600, 1203, true, 10, 85) : deep_film(1600, 1203, false, bits);
    CHECK(opencv_iou(film, bits) >= 0.999);
  }
}

TEST_CASE("the chain's picture is the one of the same chain in OpenCV, inside of the mask") {
  const Tensor film = deep_film(1600, 1203, false, 12);
  const ThesisChain ours = thesis_chain(film, 12);
  const OpencvChain theirs = opencv_chain(film, 12);
  const auto pixels = ours.picture.data<std::uint16_t>();
  const auto mask = ours.mask.data<std::uint8_t>();
  int largest = 0;
  for (std::int64_t y = 0; y < ours.picture.size(0); ++y) {
    for (std::int64_t x = 0; x < ours.picture.size(1); ++x) {
      const auto at = static_cast<std::size_t>(y * ours.picture.size(1) + x);
      if (mask[at] == 0) {
        largest = std::max(largest, int{pixels[at]}); // nothing is left outside
        continue;
      }
      const Point on_film =
          ours.to_film.apply(Point{static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5});
      const int column = film.size(1) - 1 - static_cast<int>(on_film.x);
      const int expected =
          theirs.equalised.at<std::uint16_t>(static_cast<int>(on_film.y) - theirs.first_row, column);
      largest = std::max(largest, std::abs(int{pixels[at]} - expected));
    }
  }
  CHECK(largest <= 6); // 1e-4 of the range
}

TEST_CASE("the chain's transform leads back to the film's pixels") {
  const Tensor film = deep_film(900, 700, false, 12);
  const ThesisChain chain = thesis_chain(film, 12);
  CHECK(chain.flipped);
  // The picture's upper left corner is the kept part's upper right on the film.
  const Point corner = chain.to_film.apply(Point{0, 0});
  CHECK(corner.x == chain.crop.right());
  CHECK(corner.y == chain.crop.y);
  CHECK(chain.crop.width == static_cast<double>(chain.picture.size(1)));
  CHECK(chain.crop.height == static_cast<double>(chain.picture.size(0)));
  const Point back = chain.to_film.inverse().apply(corner);
  CHECK(back.x == Approx(0).margin(1e-9));
  CHECK(back.y == Approx(0).margin(1e-9));
}

TEST_CASE("the chain does the same with one thread as with several", "[threads]") {
  const Tensor film = deep_film(800, 600, false, 12);
  const ThesisChain several = thesis_chain(film, 12);
  const SequentialScope one;
  CHECK(same(thesis_chain(film, 12).picture, several.picture));
}

TEST_CASE("the chain needs less than three times the film in extra memory") {
  for (const int bits : {8, 12, 16}) {
    const Tensor film = bits == 8 ? film_picture(3062, 2394, true, 2, 98) : deep_film(3062, 2394, true, bits);
    const std::size_t input = static_cast<std::size_t>(film.numel()) * (bits == 8 ? 1 : 2);
    const MemoryScope scope;
    const ThesisChain chain = thesis_chain(film, bits);
    CAPTURE(bits, input, scope.peak_bytes());
    CHECK(scope.peak_bytes() < 3 * input);
  }
}

TEST_CASE("the chain says so where there is nothing to keep, and takes the smallest and brightest pictures") {
  CHECK_THROWS_WITH(thesis_chain(even_picture(500, 400, 0), 8),
                    Catch::Contains("nothing in the blurred picture"));
  CHECK_THROWS_AS(thesis_chain(Tensor::zeros({0, 5}, {.dtype = DType::u8}), 8), ShapeError);
  CHECK_THROWS_AS(thesis_chain(Tensor::zeros({5, 5}), 8), TypeError);
  CHECK_THROWS_AS(thesis_chain(Tensor::full({5, 5}, 4096, {.dtype = DType::u16}), 12), ArgumentError);
  CHECK_THROWS_AS(thesis_chain(even_picture(5, 5, 9), 8, {.blur_size = 150}), ArgumentError);
  // One value everywhere, white among them: all of the picture is kept. (So is a black one whose tiles are
  // too small for the limit to clip anything: CLAHE takes the only value of a histogram for its brightest.)
  for (const auto& [height, width] : {std::pair{1, 1}, {1, 900}, {900, 1}, {500, 400}}) {
    for (const int level : {0, 100, 255}) {
      if (level == 0 && height * width > 1) continue;
      CAPTURE(height, width, level);
      const ThesisChain chain = thesis_chain(even_picture(height, width, level), 8);
      CHECK(chain.picture.shape() == Shape{height, width});
      CHECK(std::ranges::all_of(chain.mask.data<std::uint8_t>(), [](int value) { return value == 1; }));
      const OpencvChain theirs = opencv_chain(even_picture(height, width, level), 8);
      CHECK(std::abs(int{chain.picture.data<std::uint16_t>()[0]} -
                     theirs.equalised.at<std::uint16_t>(0, 0)) <= 6);
    }
  }
}

TEST_CASE("the chain takes a film of 14,000 x 14,000", "[slow]") {
  constexpr std::int64_t side = 14'000;
  const Tensor film = film_picture(side, side, false, 10, 85);
  const ThesisChain chain = thesis_chain(film, 8);
  CHECK(chain.flipped);
  // The half ellipse reaches 70 % of the width; the blur and the contour move its edge by some pixels.
  CHECK(chain.crop.width == Approx(0.7 * side).margin(60));
  CHECK(chain.crop.right() == side);
}

TEST_CASE("steps alone: names, order and what they need") {
  CHECK_NOTHROW(check_steps(chain_steps("thesis")));
  CHECK_NOTHROW(check_steps({"clahe"}));
  CHECK_NOTHROW(check_steps({"full_range", "eight_bit", "blur"}));
  CHECK_THROWS_WITH(check_steps({"blur"}), Catch::Contains("step blur without eight_bit before it"));
  CHECK_THROWS_WITH(check_steps({"sharpen"}), Catch::Contains("expected one of full_range, flip"));
  CHECK_THROWS_AS(check_steps({}), ArgumentError);
  CHECK_THROWS_AS(chain_steps("other"), ArgumentError);
  Preprocessing film{.picture = {film_picture(300, 200, false, 10, 85), 8}};
  CHECK_THROWS_AS(take_step("blur", film), ArgumentError);
  const Tensor original = film.picture.picture;
  take_step("flip", film);
  CHECK(same(film.picture.picture, flip_horizontally(original)));
  const Point corner = film.to_film.apply(Point{0, 0});
  CHECK(corner.x == 200);
  CHECK(take_step("clahe", film).dtype() == DType::u8);
}

TEST_CASE("the chain's mask is OpenCV's on real films") {
  const Film film = read_film(shared("data/dicom/GH133.dcm"));
  const Levels levels = levels_of(film);
  CHECK(opencv_iou(levels.picture, levels.bits) >= 0.999);
  for (const char* name : {"00421_LEFT_CC", "00999_LEFT_MLO", "01442_RIGHT_CC", "01442_RIGHT_MLO"}) {
    CAPTURE(name);
    const Levels example =
        levels_of(read_film(source_dir() / "examples/data" / (std::string(name) + ".jpg")));
    CHECK(opencv_iou(example.picture, example.bits) >= 0.999);
  }
}
