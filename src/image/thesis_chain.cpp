#include "mammo/image/thesis_chain.hpp"

#include "image/clahe_strips.hpp"
#include "image/contour_runs.hpp"
#include "image/levels_picture.hpp"
#include "image/wide_blur_grid.hpp"
#include "mammo/core/threads.hpp"
#include "mammo/image/full_range.hpp"
#include "mammo/image/vertical_crop.hpp"

#include <algorithm>
#include <bit>

namespace mammo::image {
namespace {

void check(const ThesisChainOptions& o) {
  require<ArgumentError>(o.zero_up_to >= 0 && o.zero_up_to <= 65535, "thesis_chain: zero_up_to ",
                         o.zero_up_to, ", expected 0 to 65535");
  require<ArgumentError>(o.blur_size % 2 == 1 && o.blur_size >= 101 && o.blur_size <= 1023,
                         "thesis_chain: blur_size ", o.blur_size, ", expected an odd number of 101 to 1023");
  require<ArgumentError>(o.lower_limit >= 0 && o.lower_limit <= 255, "thesis_chain: lower_limit ",
                         o.lower_limit, ", expected 0 to 255");
  require<ArgumentError>(o.contour_thickness >= 1 && o.contour_thickness <= 255,
                         "thesis_chain: contour_thickness ", o.contour_thickness, ", expected 1 to 255");
}

// The flipped and cropped film in front of CLAHE, still as stored.
CodePicture oriented(const Tensor& picture, int bits, double row_fraction) {
  const HalfSums sums = half_sums(picture);
  const int used = std::bit_width(sums.bits_used);
  require<ArgumentError>(used <= bits, "thesis_chain: a picture with values of ", used,
                         " bits, expected values of ", bits, " bits");
  const RowRange rows = rows_with_breast(sums, row_fraction);
  return {picture, rows.first, rows.size(), breast_is_right(sums)};
}

// The picture from which the mask is made: CLAHE's result in 8 bits, blurred.
Tensor blurred_twin(const CodePicture& film, const ClaheCurves& curves, const ThesisChainOptions& options) {
  const BlurGrid grid = blur_grid(film.height, film.width(), options.blur_size);
  const PaddedAxis down = padded_rows(grid);
  const PaddedAxis across = padded_columns(grid);
  const ClaheAxis rows = clahe_rows(film, curves.down, down.first, down.count);
  const ClaheAxis columns = clahe_columns(film, curves.across, across.first, across.count);
  const std::int64_t sums_width = across.count / block;
  Tensor sums = Tensor::empty({down.count, sums_width}, {.dtype = DType::u16});
  std::uint16_t* out = sums.mutable_data<std::uint16_t>().data();
  each_clahe_strip(curves, film.codes, rows, columns, options.zero_up_to, [&](const ClaheStrip& strip) {
    kernels::clahe_sums(strip, options.overflow == Overflow::wrap, out + strip.first_row * sums_width);
  });
  return blur_sums(sums, grid, film.height, film.width());
}

RunMask breast_in(const Tensor& blurred, const ThesisChainOptions& options) {
  const std::vector<Contour> contours =
      contours_of(blurred.data<std::uint8_t>().data(), blurred.size(0), blurred.size(1), options.lower_limit);
  require<Error>(!contours.empty(), "thesis_chain: nothing in the blurred picture is brighter than ",
                 options.lower_limit, " of 255, expected a breast");
  return filled(longest(contours), blurred.size(0), blurred.size(1), options.contour_thickness);
}

// The columns that the mask has pixels in.
Run columns_of(const RunMask& mask) {
  Run columns{static_cast<std::int32_t>(mask.width), 0};
  for (const Run& run : mask.runs) {
    columns.begin = std::min(columns.begin, run.begin);
    columns.end = std::max(columns.end, run.end);
  }
  return columns;
}

RunMask cropped(const RunMask& mask, Run columns) {
  RunMask result = mask;
  result.width = columns.end - columns.begin;
  for (Run& run : result.runs) run = {run.begin - columns.begin, run.end - columns.begin};
  return result;
}

void clear_outside(const RunMask& mask, Tensor& picture) {
  std::uint16_t* pixels = picture.mutable_data<std::uint16_t>().data();
  parallel_for(0, mask.height, 64, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t y = first; y < last; ++y) {
      std::uint16_t* line = pixels + y * mask.width;
      std::int64_t from = 0;
      for (const Run& run : mask.row(y)) {
        std::fill(line + from, line + run.begin, std::uint16_t{0});
        from = run.end;
      }
      std::fill(line + from, line + mask.width, std::uint16_t{0});
    }
  });
}

} // namespace

ThesisChain thesis_chain(const Tensor& picture, int bits, const ThesisChainOptions& options) {
  const Tensor source = dense_levels(picture, "thesis_chain");
  check(options);
  const std::vector<std::uint16_t> bin_of_code = full_range_table(bits);
  const CodePicture film = oriented(source, bits, options.row_fraction);
  const ClaheCurves curves = clahe_curves(film, bin_of_code, 65536, options.clahe);
  const RunMask whole = breast_in(blurred_twin(film, curves, options), options);
  const Run columns = columns_of(whole);
  const RunMask breast = cropped(whole, columns);

  ThesisChain result;
  result.picture = Tensor::empty({film.height, breast.width}, {.dtype = DType::u16});
  std::uint16_t* out = result.picture.mutable_data<std::uint16_t>().data();
  each_clahe_strip(
      curves, source, clahe_rows(film, curves.down, 0, film.height),
      clahe_columns(film, curves.across, columns.begin, breast.width), options.zero_up_to,
      [&](const ClaheStrip& strip) { kernels::clahe(strip, out + strip.first_row * breast.width); });
  clear_outside(breast, result.picture);
  result.mask = tensor_of(breast);
  result.flipped = film.mirrored;
  const auto left = static_cast<double>(columns.begin);
  const auto top = static_cast<double>(film.first_row);
  result.to_film = film.mirrored ? AffineTransform{-1, 0, static_cast<double>(film.width()) - left, 0, 1, top}
                                 : AffineTransform::translation(left, top);
  result.crop =
      result.to_film.apply(Box{0, 0, static_cast<double>(breast.width), static_cast<double>(film.height)});
  return result;
}

} // namespace mammo::image
