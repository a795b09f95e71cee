#include "image/chain_kernels.hpp"
#include "image/halide_runtime.hpp"
#include "image/levels_picture.hpp"

#include <algorithm>
#include <vector>

#include <mammo_halide_clahe_sums_u16.h>
#include <mammo_halide_clahe_sums_u8.h>
#include <mammo_halide_clahe_u16.h>
#include <mammo_halide_clahe_u8.h>
#include <mammo_halide_enlarge.h>
#include <mammo_halide_wide_blur.h>

namespace mammo::image::halide {
namespace {

// The kernels' loops are made for whole vectors and pieces of rows: up to 128 pixels at once.
constexpr std::int64_t narrowest_piece = 128;

// Of `count` places from the first on, where their cells begin.
std::vector<std::int32_t> starts(const std::int32_t* cell, std::int64_t count, std::int32_t first_cell,
                                 std::int64_t step) {
  std::vector<std::int32_t> result(cell, cell + count);
  for (std::int32_t& start : result) start = (start - first_cell) * static_cast<std::int32_t>(step);
  return result;
}

std::int64_t cells_of(const ClaheStrip& strip) {
  const auto first = strip.rows.cell.begin();
  const std::int32_t last_row = *std::max_element(first + strip.first_row, first + strip.last_row);
  return (last_row - strip.first_cell_row + 1) * strip.cells_across * strip.codes_a_cell;
}

// A strip's arguments as Halide takes them.
struct StripBuffers {
  explicit StripBuffers(const ClaheStrip& strip)
      : row_starts(starts(strip.rows.cell.data() + strip.first_row, strip.last_row - strip.first_row,
                          strip.first_cell_row, strip.cells_across * strip.codes_a_cell)),
        column_starts(starts(strip.columns.cell.data(), static_cast<std::int64_t>(strip.columns.cell.size()),
                             0, strip.codes_a_cell)),
        cells(wrap(strip.cells, cells_of(strip))),
        row_source(wrap(strip.rows.source.data() + strip.first_row, strip.last_row - strip.first_row)),
        row_cell(wrap(row_starts.data(), row_starts.size())),
        row_weight(wrap(strip.rows.weight.data() + strip.first_row, strip.last_row - strip.first_row)),
        column_source(wrap(strip.columns.source.data(), strip.columns.source.size())),
        column_cell(wrap(column_starts.data(), column_starts.size())),
        column_weight(wrap(strip.columns.weight.data(), strip.columns.weight.size())) {}

  std::vector<std::int32_t> row_starts;
  std::vector<std::int32_t> column_starts;
  Halide::Runtime::Buffer<std::uint64_t> cells;
  Halide::Runtime::Buffer<std::int32_t> row_source;
  Halide::Runtime::Buffer<std::int32_t> row_cell;
  Halide::Runtime::Buffer<float> row_weight;
  Halide::Runtime::Buffer<std::int32_t> column_source;
  Halide::Runtime::Buffer<std::int32_t> column_cell;
  Halide::Runtime::Buffer<float> column_weight;
};

bool is_narrow(const ClaheStrip& strip) {
  return static_cast<std::int64_t>(strip.columns.source.size()) < narrowest_piece;
}

// Columns [begin, end) of a result whose pixels lie side by side in the picture: forwards (step 1), backwards
// (-1), or anyhow (0).
struct Stretch {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int32_t step = 0;
};

// The longest one, cut to whole blocks.
Stretch longest_stretch(const std::vector<std::int32_t>& source) {
  const auto count = static_cast<std::int64_t>(source.size());
  const auto step_at = [&](std::int64_t i) {
    return source[static_cast<std::size_t>(i) + 1] - source[static_cast<std::size_t>(i)];
  };
  Stretch longest;
  for (std::int64_t begin = 0; begin + 1 < count;) {
    const std::int32_t step = step_at(begin);
    std::int64_t end = begin + 2;
    while (end < count && step_at(end - 1) == step) ++end;
    if ((step == 1 || step == -1) && end - begin > longest.end - longest.begin) longest = {begin, end, step};
    begin = end - 1;
  }
  longest.begin = (longest.begin + block - 1) / block * block;
  longest.end = longest.end == count ? count : longest.end / block * block;
  return longest;
}

// Stretches that cover all columns: the longest one, and what is beside it, which may overlap it so as not to
// be narrow.
std::vector<Stretch> stretches_of(const std::vector<std::int32_t>& source) {
  const auto count = static_cast<std::int64_t>(source.size());
  const Stretch middle = longest_stretch(source);
  if (middle.end - middle.begin < narrowest_piece) return {{0, count, 0}};
  std::vector<Stretch> stretches{middle};
  if (middle.begin > 0) stretches.push_back({0, std::max(middle.begin, narrowest_piece), 0});
  if (middle.end < count)
    stretches.push_back({std::min(middle.end, (count - narrowest_piece) / block * block), count, 0});
  return stretches;
}

// Calls one of the two kernels for each stretch of a strip's columns, `columns_each` to an element of `out`.
template <class Kernel>
void apply(const ClaheStrip& strip, std::int64_t columns_each, std::uint16_t* out, const Kernel& kernel) {
  prepare();
  StripBuffers b(strip);
  const std::vector<std::int32_t>& source = strip.columns.source;
  const auto width = static_cast<std::int64_t>(source.size()) / columns_each;
  const auto whole = wrap(out, width, strip.last_row - strip.first_row);
  for (const Stretch& stretch : stretches_of(source)) {
    const auto begin = static_cast<int>(stretch.begin / columns_each);
    const auto end = static_cast<int>(std::min(stretch.end / columns_each, width));
    auto result = whole.cropped(0, begin, end - begin);
    const auto first_column = static_cast<std::int32_t>(source[static_cast<std::size_t>(stretch.begin)] -
                                                        stretch.step * stretch.begin);
    kernel(b, stretch.step, first_column, result);
  }
}

} // namespace

void clahe(const ClaheStrip& strip, std::uint16_t* out) {
  if (is_narrow(strip)) return plain::clahe(strip, out);
  with_pixels(strip.codes, [&]<class T>(const T* codes) {
    auto in = wrap(codes, strip.codes.size(1), strip.codes.size(0));
    const auto kernel = sizeof(T) == 1 ? mammo_halide_clahe_u8 : mammo_halide_clahe_u16;
    apply(strip, 1, out, [&](StripBuffers& b, std::int32_t step, std::int32_t first, auto& result) {
      check(kernel(in, b.cells, b.row_source, b.row_cell, b.row_weight, b.column_source, b.column_cell,
                   b.column_weight, strip.zero_up_to, step, first, result),
            "clahe");
    });
  });
}

void clahe_sums(const ClaheStrip& strip, bool wrapped, std::uint16_t* out) {
  if (is_narrow(strip)) return plain::clahe_sums(strip, wrapped, out);
  with_pixels(strip.codes, [&]<class T>(const T* codes) {
    auto in = wrap(codes, strip.codes.size(1), strip.codes.size(0));
    const auto kernel = sizeof(T) == 1 ? mammo_halide_clahe_sums_u8 : mammo_halide_clahe_sums_u16;
    apply(strip, block, out, [&](StripBuffers& b, std::int32_t step, std::int32_t first, auto& result) {
      check(kernel(in, b.cells, b.row_source, b.row_cell, b.row_weight, b.column_source, b.column_cell,
                   b.column_weight, strip.zero_up_to, step, first, wrapped, result),
            "clahe_sums");
    });
  });
}

void wide_blur(const std::uint16_t* sums, const BlurGrid& grid, float* out) {
  if (grid.columns < narrowest_piece) return plain::wide_blur(sums, grid, out);
  prepare();
  const auto margin = static_cast<std::int64_t>(grid.taps.size()) - 1;
  auto source = wrap(sums, grid.columns + margin, block * (grid.rows + margin));
  auto taps = wrap(grid.taps.data(), grid.taps.size());
  auto result = wrap(out, grid.columns, grid.rows);
  check(mammo_halide_wide_blur(source, taps, result), "wide_blur");
}

void enlarge(const float* blurred, const BlurGrid& grid, std::int64_t height, std::int64_t width,
             std::uint8_t* out) {
  if (width < narrowest_piece) return plain::enlarge(blurred, grid, height, width, out);
  prepare();
  auto source = wrap(blurred, grid.columns, grid.rows);
  auto result = wrap(out, width, height);
  check(mammo_halide_enlarge(source, result), "enlarge");
}

} // namespace mammo::image::halide
