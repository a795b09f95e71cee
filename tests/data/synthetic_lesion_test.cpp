#include "mammo/core/error.hpp"
#include "mammo/data/lesion_crops.hpp"
#include "mammo/data/synthetic_lesion.hpp"
#include "mammo/image/mask.hpp"
#include "mammo/image/write_png.hpp"
#include "tests/support/files.hpp"

#include <algorithm>
#include <cstdint>

#include <catch2/catch.hpp>

using namespace mammo;
using namespace mammo::data;

namespace {

Tensor tissue(std::int64_t height, std::int64_t width) {
  Generator generator(1);
  const Tensor noise = random_uniform({height, width}, 80, 120, generator);
  return noise.to(DType::u8);
}

} // namespace

TEST_CASE("a synthetic lesion brightens its mask, alike for one seed") {
  const Box place{40, 30, 60, 40};
  double fills = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const Tensor before = tissue(100, 140);
    Tensor after = before.clone();
    Generator generator(seed);
    const Tensor mask = paste_synthetic_lesion(after, place, generator);
    const Box extent = image::mask_extent(mask);
    REQUIRE(extent.area() > 0);
    CHECK(iou(extent, place) > 0.3);
    double gained_inside = 0;
    double gained_outside = 0;
    double inside = 0;
    for (std::size_t i = 0; i < mask.data<std::uint8_t>().size(); ++i) {
      const double gained =
          static_cast<double>(after.data<std::uint8_t>()[i] - before.data<std::uint8_t>()[i]);
      const bool in = mask.data<std::uint8_t>()[i] != 0;
      (in ? gained_inside : gained_outside) += gained;
      inside += in ? 1 : 0;
    }
    CHECK(gained_inside / inside > 4);
    CHECK(gained_outside < gained_inside);
    fills += inside / extent.area() / 12;

    Tensor again = before.clone();
    Generator same(seed);
    CHECK(std::ranges::equal(paste_synthetic_lesion(again, place, same).data<std::uint8_t>(),
                             mask.data<std::uint8_t>()));
    CHECK(std::ranges::equal(again.data<std::uint8_t>(), after.data<std::uint8_t>()));
  }
  // As the outlines of CBIS-DDSM do: 0.55 to 0.79 of their boxes.
  CHECK(fills > 0.5);
  CHECK(fills < 0.8);
}

TEST_CASE("a synthetic lesion needs room") {
  Tensor picture = tissue(50, 50);
  Generator generator(1);
  CHECK_THROWS_AS(paste_synthetic_lesion(picture, {30, 10, 30, 20}, generator), ArgumentError);
  CHECK_THROWS_AS(paste_synthetic_lesion(picture, {10, 10, 5, 20}, generator), ArgumentError);
}

TEST_CASE("lesion crops are pairs of pictures and masks") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_AS(list_lesion_crops(folder.path()), FileError);
  CHECK_THROWS_AS(list_lesion_crops(folder / "nowhere"), FileError);
  const Tensor grey = Tensor::full({4, 5}, 9, {.dtype = DType::u8});
  for (const char* name :
       {"mdb132_1.png", "mdb132_1_bin.png", "mdb131.png", "mdb131_bin.png", "other.png", "other_bin.png"}) {
    image::write_png(folder / name, grey);
  }
  const auto crops = list_lesion_crops(folder.path());
  REQUIRE(crops.size() == 3);
  CHECK(crops[0].name == "mdb131");
  CHECK(crops[0].patient == "mdb131-132");
  CHECK(crops[1].name == "mdb132_1");
  CHECK(crops[1].patient == "mdb131-132");
  CHECK(crops[2].patient == "other");
  CHECK(crops[1].mask == folder / "mdb132_1_bin.png");
  std::filesystem::remove(folder / "other.png");
  CHECK_THROWS_WITH(list_lesion_crops(folder.path()), Catch::Contains("other.png"));
}
