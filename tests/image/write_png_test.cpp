#include "mammo/core/error.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/image/read.hpp"
#include "mammo/image/write_png.hpp"
#include "tests/image/film_values.hpp"
#include "tests/support/files.hpp"

#include <cstdint>
#include <vector>

#include <catch2/catch.hpp>
#include <png.h>

using namespace mammo;
using namespace mammo::image;

namespace {

template <class T>
Tensor ramp(const Shape& shape, int step) {
  Tensor tensor = Tensor::empty(shape, {.dtype = dtype_of<T>});
  int value = 0;
  for (T& element : tensor.mutable_data<T>()) element = static_cast<T>(value += step);
  return tensor;
}

// By libpng's own simplified reader.
std::vector<std::uint8_t> decoded_rgb(const std::vector<std::byte>& bytes) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) != 0);
  image.format = PNG_FORMAT_RGB;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  REQUIRE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) != 0);
  return pixels;
}

} // namespace

TEST_CASE("Grey pictures come back as they were written") {
  const test::TemporaryFolder folder;
  // Larger than a megabyte: compressed in several parts.
  const Tensor grey8 = ramp<std::uint8_t>({1301, 1009}, 7);
  write_png(folder / "grey8.png", grey8);
  CHECK((test::values_of(read_film(folder / "grey8.png").stored) == test::values_of(grey8)));
  const Tensor grey16 = ramp<std::uint16_t>({1009, 701}, 257);
  write_png(folder / "grey16.png", grey16);
  const Film film = read_film(folder / "grey16.png");
  CHECK(film.format == "PNG 16 bit");
  CHECK((test::values_of(film.stored) == test::values_of(grey16)));
}

TEST_CASE("Colour pictures come back as they were written") {
  for (const Shape& shape : {Shape{1, 1, 3}, Shape{29, 31, 3}, Shape{701, 523, 3}, Shape{3, 400'000, 3}}) {
    CAPTURE(shape);
    const Tensor rgb = ramp<std::uint8_t>(shape, 5);
    const auto values = rgb.data<std::uint8_t>();
    CHECK((decoded_rgb(encode_png(rgb)) == std::vector<std::uint8_t>(values.begin(), values.end())));
  }
}

TEST_CASE("A view is written as it looks") {
  const Tensor grey = ramp<std::uint8_t>({20, 30}, 3);
  const Tensor turned = grey.transpose(0, 1);
  const auto bytes = encode_png(turned);
  CHECK(test::values_of(decode_film(bytes, "memory").stored) == test::values_of(turned.contiguous()));
}

TEST_CASE("A picture is the same file whatever the number of threads") {
  const Tensor rgb = ramp<std::uint8_t>({1200, 801, 3}, 11);
  const auto whole = encode_png(rgb);
  const ThreadLease lease(1);
  CHECK((encode_png(rgb) == whole));
}

TEST_CASE("Other tensors are refused") {
  CHECK_THROWS_AS(encode_png(Tensor::zeros({4, 4})), TypeError);
  CHECK_THROWS_AS(encode_png(Tensor::zeros({4, 4, 3}, {.dtype = DType::u16})), TypeError);
  CHECK_THROWS_AS(encode_png(Tensor::zeros({4, 4, 4}, {.dtype = DType::u8})), ShapeError);
  CHECK_THROWS_AS(encode_png(Tensor::zeros({0, 4}, {.dtype = DType::u8})), ShapeError);
  CHECK_THROWS_AS(encode_png(Tensor()), ShapeError);
}

TEST_CASE("A picture that cannot be written leaves nothing behind") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_AS(write_png(folder / "missing" / "a.png", ramp<std::uint8_t>({2, 2}, 1)), FileError);
  CHECK(std::filesystem::is_empty(folder.path()));
}
