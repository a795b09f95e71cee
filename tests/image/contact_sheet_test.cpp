#include "mammo/image/contact_sheet.hpp"
#include "tests/image/formula_pictures.hpp"

#include <algorithm>
#include <vector>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::image;
using namespace mammo::test;

TEST_CASE("thumbnails fit into their cell, are never enlarged, and are scaled to 8 bits") {
  const SheetOptions options{.columns = 2, .cell_height = 100, .cell_width = 60};
  CHECK(thumbnail(noise_picture(300, 120), 8, options).shape() == Shape{100, 40});
  CHECK(thumbnail(noise_picture(100, 600), 8, options).shape() == Shape{10, 60});
  CHECK(thumbnail(noise_picture(30, 20), 8, options).shape() == Shape{30, 20});
  CHECK(thumbnail(noise_picture(20000, 1), 8, options).shape() == Shape{100, 1});
  const Tensor deep = Tensor::from<std::uint16_t>({0, 2048, 4095}, {1, 3});
  CHECK(std::ranges::equal(thumbnail(deep, 12, options).data<std::uint8_t>(), std::vector<int>{0, 128, 255}));
  CHECK_THROWS_AS(thumbnail(deep, 0, options), ArgumentError);
}

TEST_CASE("a contact sheet holds each picture in the middle of its cell, and letters") {
  const SheetOptions options{.columns = 2, .cell_height = 100, .cell_width = 60};
  const std::vector<SheetPicture> pictures{{"one", even_picture(100, 60, 11)},
                                           {"two", even_picture(50, 20, 22)},
                                           {"three", even_picture(9, 9, 33)}};
  const Tensor sheet = draw_contact_sheet(pictures, options);
  const auto pixels = sheet.data<std::uint8_t>();
  const auto count = [&](int level) { return std::ranges::count(pixels, level); };
  CHECK(count(11) == 100 * 60);
  CHECK(count(22) == 50 * 20);
  CHECK(count(33) == 9 * 9);
  CHECK(std::ranges::count_if(pixels, [](int value) { return value > 150; }) > 100); // letters
  CHECK(sheet.size(0) > 2 * 100);
  CHECK(sheet.size(1) > 2 * 60);
  const auto at = [&](std::int64_t y, std::int64_t x) {
    return int{pixels[static_cast<std::size_t>(y * sheet.size(1) + x)]};
  };
  // With gaps of 8: the second picture begins 25 rows and 20 columns into its cell.
  CHECK(at(8, 8) == 11);
  CHECK(at(8 + 25, 8 + 60 + 8 + 20) == 22);
  CHECK(at(8 + 24, 8 + 60 + 8 + 20) == 96);

  CHECK_THROWS_AS(draw_contact_sheet({}, options), ArgumentError);
  const std::vector<SheetPicture> large{{"large", even_picture(101, 60, 1)}};
  CHECK_THROWS_AS(draw_contact_sheet(large, options), ArgumentError);
  CHECK_THROWS_AS(draw_contact_sheet(pictures, {.columns = 0}), ArgumentError);
}
