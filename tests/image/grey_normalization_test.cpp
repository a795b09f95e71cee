#include "mammo/image/grey_normalization.hpp"
#include "tests/image/formula_pictures.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::image;
using namespace mammo::test;

namespace {

std::vector<int> values(const Tensor& picture) {
  const auto pixels = picture.data<std::uint16_t>();
  return {pixels.begin(), pixels.end()};
}

} // namespace

TEST_CASE("stretching takes the breast's percentiles and leaves air out of them") {
  // In the breast 10, 20, 30, 40, 50; the 255 is a label.
  const Tensor picture = Tensor::from<std::uint8_t>({0, 10, 20, 30, 40, 50, 255}, {1, 7});
  const Tensor mask = Tensor::from<std::uint8_t>({0, 1, 1, 1, 1, 1, 0}, {1, 7});
  CHECK(values(stretch_percentiles(picture, mask, {.low = 0, .high = 100})) ==
        std::vector<int>{0, 0, 16384, 32768, 49151, 65535, 65535});
  // Ranks 2 and 4 of 5.
  CHECK(values(stretch_percentiles(picture, mask, {.low = 25, .high = 75})) ==
        std::vector<int>{0, 0, 0, 32768, 65535, 65535, 65535});
  const Tensor even = even_picture(3, 3, 90);
  CHECK(values(stretch_percentiles(even, even)) == std::vector<int>(9, 0));
}

TEST_CASE("quantiles divide the breast's pixels evenly") {
  const Tensor picture = Tensor::from<std::uint16_t>({9, 700, 3, 65535, 40}, {1, 5});
  const Tensor mask = even_picture(1, 5, 1);
  CHECK(level_quantiles(picture, mask, 5) == std::vector<std::uint16_t>{3, 9, 40, 700, 65535});
  CHECK(level_quantiles(picture, mask, 2) == std::vector<std::uint16_t>{3, 65535});
}

TEST_CASE("histogram matching gives ranks the reference's levels") {
  // Mid-ranks 1/8, 3/8, 5/8, 7/8 of a reference that is linear from 0 to 8000.
  const Tensor picture = Tensor::from<std::uint8_t>({1, 2, 100, 200}, {1, 4});
  const std::vector<std::uint16_t> reference{0, 4000, 8000};
  CHECK(values(match_histogram(picture, even_picture(1, 4, 1), reference)) ==
        std::vector<int>{1000, 3000, 5000, 7000});
}

TEST_CASE("a film in other grey levels becomes the same film") {
  const Tensor film = film_picture(300, 200, true, 10, 90);
  const Tensor mask =
      picture(300, 200, [](std::int64_t y, std::int64_t x) { return y > 60 && y < 240 && x < 90 ? 1 : 0; });
  // Another detector: 12 bits, a square root's curve. Order is kept, so ranks are, and with them the result.
  Tensor other = Tensor::empty({300, 200}, {.dtype = DType::u16});
  std::ranges::transform(
      film.data<std::uint8_t>(), other.mutable_data<std::uint16_t>().begin(),
      [](std::uint8_t value) { return static_cast<std::uint16_t>(std::lround(256 * std::sqrt(value))); });
  const Tensor a = match_histogram(film, mask, film_reference());
  const Tensor b = match_histogram(other, mask, film_reference());
  CHECK(std::ranges::equal(a.data<std::uint16_t>(), b.data<std::uint16_t>()));
  // The result has the reference's histogram, to the width of the film's own levels.
  const std::vector<std::uint16_t> found = level_quantiles(a, mask, 17);
  for (std::size_t i = 1; i + 1 < found.size(); ++i) {
    CHECK(found[i] == Approx(film_reference()[i]).margin(700));
  }
}

TEST_CASE("normalisation refuses an empty breast and references that fall") {
  const Tensor picture = noise_picture(20, 30);
  const Tensor none = even_picture(20, 30, 0);
  const Tensor all = even_picture(20, 30, 1);
  CHECK_THROWS_AS(stretch_percentiles(picture, none), ArgumentError);
  CHECK_THROWS_AS(stretch_percentiles(picture, even_picture(20, 20, 1)), ShapeError);
  CHECK_THROWS_AS(stretch_percentiles(picture, all, {.low = 50, .high = 50}), ArgumentError);
  CHECK_THROWS_AS(level_quantiles(picture, all, 1), ArgumentError);
  CHECK_THROWS_AS(match_histogram(picture, all, std::vector<std::uint16_t>{5}), ArgumentError);
  CHECK_THROWS_AS(match_histogram(picture, all, std::vector<std::uint16_t>{5, 4}), ArgumentError);
}
