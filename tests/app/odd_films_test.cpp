// The thesis' chain by the command on films as odd as they come: the right answer, or one line that says why
// there is none.

#include "mammo/core/file.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/write_png.hpp"
#include "tests/app/run_program.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

namespace fs = std::filesystem;
using namespace mammo;
using namespace mammo::test;

namespace {

Tensor even(std::int64_t height, std::int64_t width, int level, DType dtype = DType::u8) {
  return Tensor::full({height, width}, level, {.dtype = dtype});
}

// All values of 16 bits, darkest at the right.
Tensor all_values() {
  Tensor film = Tensor::empty({256, 256}, {.dtype = DType::u16});
  std::uint16_t value = 65535;
  for (std::int64_t x = 0; x < 256; ++x) {
    for (std::int64_t y = 0; y < 256; ++y) film.mutable_raw<std::uint16_t>()[y * 256 + x] = value--;
  }
  return film;
}

Ended preprocess(const Tensor& film, const TemporaryFolder& folder) {
  image::write_png(folder / "film.png", film);
  return mammo_program(
      {"preprocess", (folder / "film.png").string(), "--out", (folder / "out").string(), "--force"});
}

Tensor result(const TemporaryFolder& folder, const char* step) {
  return image::read_film(folder / "out" / (std::string("film_") + step + ".png")).stored;
}

} // namespace

TEST_CASE("A preprocess run keeps all of films of one value, and refuses black ones") {
  for (const auto& [height, width] : {std::pair{1, 1}, {1, 900}, {900, 1}, {300, 200}}) {
    for (const int level : {90, 255}) {
      CAPTURE(height, width, level);
      const TemporaryFolder folder;
      REQUIRE(preprocess(even(height, width, level), folder).status == 0);
      const Tensor mask = result(folder, "9_contour");
      CHECK(mask.shape() == Shape{height, width});
      CHECK(std::ranges::all_of(mask.data<std::uint8_t>(), [](int value) { return value == 255; }));
      CHECK(result(folder, "11_horizontal_crop").shape() == Shape{height, width});
    }
  }
  const TemporaryFolder folder;
  const Ended black = preprocess(even(300, 200, 0), folder);
  CHECK(black.status == 2);
  CHECK(lines(black.err).size() == 1);
  CHECK_THAT(black.err, Catch::Contains("nothing in the blurred picture is brighter than 40"));
  CHECK(!fs::exists(folder / "out"));
}

TEST_CASE("A preprocess run takes all 65,536 values as they are") {
  const TemporaryFolder folder;
  REQUIRE(preprocess(all_values(), folder).status == 0);
  const Tensor full = result(folder, "1_full_range");
  CHECK(std::ranges::equal(full.data<std::uint16_t>(), all_values().data<std::uint16_t>()));
  // The brighter half is at the left already, and no tile's histogram has a bin above the clip limit: each
  // curve only rises.
  const Tensor flipped = result(folder, "2_flip");
  CHECK(flipped.data<std::uint16_t>()[0] == 65535);
  const Tensor equalised = result(folder, "4_clahe");
  CHECK(equalised.data<std::uint16_t>()[0] > 65000);
  const Tensor twin = result(folder, "6_eight_bit");
  CHECK(twin.data<std::uint8_t>()[0] == 255); // without --wrap 256 and 257 stay white
}

TEST_CASE("A preprocess run takes a film of 14,000 x 14,000", "[slow]") {
  const TemporaryFolder folder;
  Tensor film = Tensor::zeros({14'000, 14'000}, {.dtype = DType::u8});
  for (std::int64_t y = 2000; y < 12'000; ++y) {
    std::fill_n(film.mutable_raw<std::uint8_t>() + y * 14'000, 8000, std::uint8_t{180});
  }
  REQUIRE(preprocess(film, folder).status == 0);
  const Shape kept = result(folder, "11_horizontal_crop").shape();
  CHECK(kept[0] == Approx(10'000).margin(1));
  CHECK(kept[1] == Approx(8000).margin(100)); // the blur and the contour move the edge
}
