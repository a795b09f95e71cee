#include "mammo/image/contact_sheet.hpp"

#include "image/grey.hpp"
#include "image/lettering.hpp"
#include "image/levels_picture.hpp"
#include "mammo/image/resample.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace mammo::image {
namespace {

constexpr std::uint8_t ground = 96;
constexpr std::int64_t gap = 8; // pixels between cells
constexpr double cap_height = 12;

void check(const SheetOptions& o) {
  require<ArgumentError>(o.columns >= 1 && o.columns <= 64, "contact sheet of ", o.columns,
                         " columns, expected 1 to 64");
  for (const std::int64_t side : {o.cell_height, o.cell_width}) {
    require<ArgumentError>(side >= 32 && side <= 4096, "contact sheet with cells of ", o.cell_height, " x ",
                           o.cell_width, " pixels, expected 32 to 4096");
  }
}

Tensor eight_bits(const Tensor& picture, int bits) {
  Tensor result = Tensor::empty(picture.shape(), {.dtype = DType::u8});
  const int highest = (1 << bits) - 1;
  with_pixels(picture, [&](const auto* from) {
    std::transform(from, from + picture.numel(), result.mutable_data<std::uint8_t>().begin(), [=](int value) {
      return static_cast<std::uint8_t>((std::min(value, highest) * 255 + highest / 2) / highest);
    });
  });
  return result;
}

} // namespace

Tensor thumbnail(const Tensor& picture, int bits, const SheetOptions& options) {
  const Tensor source = dense_levels(picture, "thumbnail");
  check(options);
  require<ArgumentError>(bits >= 1 && bits <= 16, "thumbnail: ", bits, " bits, expected 1 to 16");
  const Tensor grey = eight_bits(source, bits);
  const auto height = static_cast<double>(grey.size(0));
  const auto width = static_cast<double>(grey.size(1));
  const double scale = std::min({1.0, static_cast<double>(options.cell_height) / height,
                                 static_cast<double>(options.cell_width) / width});
  const auto scaled = [=](double size) { return std::max<std::int64_t>(1, std::llrint(size * scale)); };
  return resize_area(grey, scaled(height), scaled(width));
}

Tensor draw_contact_sheet(std::span<const SheetPicture> pictures, const SheetOptions& options) {
  check(options);
  require<ArgumentError>(!pictures.empty(), "contact sheet of no pictures, expected one at least");
  const Lettering lettering(cap_height);
  const auto count = static_cast<std::int64_t>(pictures.size());
  const std::int64_t columns = std::min(options.columns, count);
  const std::int64_t rows = (count + columns - 1) / columns;
  const std::int64_t step_down = options.cell_height + lettering.line_height() + gap;
  const std::int64_t step_across = options.cell_width + gap;
  Tensor sheet =
      Tensor::full({rows * step_down + gap, columns * step_across + gap}, ground, {.dtype = DType::u8});
  std::uint8_t* out = sheet.mutable_data<std::uint8_t>().data();
  cv::Mat drawn(static_cast<int>(sheet.size(0)), static_cast<int>(sheet.size(1)), CV_8U, out);
  for (std::int64_t i = 0; i < count; ++i) {
    const SheetPicture& item = pictures[static_cast<std::size_t>(i)];
    const Tensor grey = dense_grey(item.picture, "contact sheet");
    require<ArgumentError>(grey.size(0) <= options.cell_height && grey.size(1) <= options.cell_width,
                           "contact sheet: a picture of ", grey.shape(), ", expected no more than a cell of ",
                           options.cell_height, " x ", options.cell_width);
    const std::int64_t top = gap + i / columns * step_down;
    const std::int64_t left = gap + i % columns * step_across;
    const std::int64_t first_row = top + (options.cell_height - grey.size(0)) / 2;
    const std::int64_t first_column = left + (options.cell_width - grey.size(1)) / 2;
    for (std::int64_t y = 0; y < grey.size(0); ++y) {
      std::memcpy(out + (first_row + y) * sheet.size(1) + first_column,
                  grey.data<std::uint8_t>().data() + y * grey.size(1),
                  static_cast<std::size_t>(grey.size(1)));
    }
    lettering.draw(drawn, printable(item.title), static_cast<int>(left),
                   static_cast<int>(top + options.cell_height), cv::Scalar(255));
  }
  return sheet;
}

} // namespace mammo::image
