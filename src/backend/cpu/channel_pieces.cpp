#include "backend/cpu/channel_pieces.hpp"

#include "backend/cpu/plans.hpp"

#include <algorithm>
#include <array>

namespace mammo::cpu {
namespace {

constexpr std::int64_t padding = kernels::column_padding;

// Pieces of fewer columns are seen as matrices of this many, each parameter several times in a row of them,
// and a last row that is shorter.
using Wide = std::array<float, static_cast<std::size_t>(padding)>;
using WideSums = std::array<double, static_cast<std::size_t>(padding)>;

Wide spread(const float* parameters, std::int64_t columns) {
  Wide wide;
  for (std::int64_t i = 0; i < padding; ++i) wide[static_cast<std::size_t>(i)] = parameters[i % columns];
  return wide;
}

void fold(const WideSums& wide, std::int64_t columns, double* sums) {
  for (std::int64_t i = 0; i < padding; ++i) sums[i % columns] += wide[static_cast<std::size_t>(i)];
}

// Calls rows(first element, rows, columns) for the whole rows and for the short one.
template <class Rows>
void for_each_wide_row(std::int64_t elements, Rows rows) {
  const std::int64_t whole = elements / padding;
  if (whole > 0) rows(0, whole, padding);
  if (elements % padding > 0) rows(whole * padding, 1, elements % padding);
}

const float* shifted(const float* elements, std::int64_t offset) {
  return elements == nullptr ? nullptr : elements + offset;
}

float* shifted(float* elements, std::int64_t offset) {
  return elements == nullptr ? nullptr : elements + offset;
}

std::int64_t padded(std::int64_t columns) {
  return (columns + padding - 1) / padding * padding;
}

} // namespace

ChannelPieces::ChannelPieces(const Shape& shape, Layout layout)
    : pictures_(shape[0]),
      channels_(shape[1]),
      pixels_(shape[2] * shape[3]),
      sets_(shape[1]),
      rows_(pixels_) {
  if (layout == Layout::row_major) return;
  if (layout == Layout::channels_last) {
    // Enough pieces for many threads, large enough for their sums to cost little. Their number does not
    // depend on the threads, nor do the bits of the result.
    constexpr std::int64_t most_pieces = 64;
    constexpr std::int64_t fewest_rows = 64;
    columns_ = channels_;
    slot_ = padded(columns_);
    sets_ = 1;
    pieces_of_picture_ = std::clamp<std::int64_t>(pixels_ / fewest_rows, 1,
                                                  std::max<std::int64_t>(most_pieces / pictures_, 1));
    rows_ = (pixels_ + pieces_of_picture_ - 1) / pieces_of_picture_;
    pieces_of_picture_ = (pixels_ + rows_ - 1) / rows_;
  } else {
    columns_ = block_size(layout);
    slot_ = columns_;
    sets_ = (channels_ + columns_ - 1) / columns_;
  }
}

ChannelPieces::Extent ChannelPieces::extent(std::int64_t set, std::int64_t piece) const {
  const std::int64_t picture = piece / pieces_of_picture_;
  const std::int64_t row = piece % pieces_of_picture_ * rows_;
  return {((picture * sets_ + set) * pixels_ + row) * columns_, std::min(rows_, pixels_ - row)};
}

void ChannelPieces::add_moments(const float* x, std::int64_t set, std::int64_t piece, double* sum,
                                double* squares) const {
  const auto [offset, rows] = extent(set, piece);
  const auto moments = vector_kernels().normalization.column_moments;
  if (slot_ >= padding) return moments(x + offset, rows, columns_, sum, squares);
  WideSums wide_sum{};
  WideSums wide_squares{};
  for_each_wide_row(rows * columns_,
                    [&, at = offset](std::int64_t first, std::int64_t height, std::int64_t width) {
                      moments(x + at + first, height, width, wide_sum.data(), wide_squares.data());
                    });
  fold(wide_sum, columns_, sum);
  fold(wide_squares, columns_, squares);
}

void ChannelPieces::transform(const float* x, const float* residual, std::int64_t set, std::int64_t piece,
                              const kernels::ColumnTransform& t, bool relu, float* y) const {
  const auto [offset, rows] = extent(set, piece);
  const auto transform_columns = vector_kernels().normalization.transform_columns;
  if (slot_ >= padding) {
    return transform_columns(x + offset, shifted(residual, offset), rows, columns_, t, relu, y + offset);
  }
  const Wide mean = spread(t.mean, columns_);
  const Wide scale = spread(t.scale, columns_);
  const Wide shift = spread(t.shift, columns_);
  const kernels::ColumnTransform wide{mean.data(), scale.data(), shift.data()};
  for_each_wide_row(
      rows * columns_, [&, at = offset](std::int64_t first, std::int64_t height, std::int64_t width) {
        const std::int64_t from = at + first;
        transform_columns(x + from, shifted(residual, from), height, width, wide, relu, y + from);
      });
}

void ChannelPieces::add_gradient_moments(const float* x, const float* y, const float* g, std::int64_t set,
                                         std::int64_t piece, const float* mean, double* sum, double* along,
                                         float* kept) const {
  const auto [offset, rows] = extent(set, piece);
  const auto moments = vector_kernels().normalization.column_gradient_moments;
  if (slot_ >= padding) {
    return moments(x + offset, shifted(y, offset), g + offset, rows, columns_, mean, sum, along,
                   shifted(kept, offset));
  }
  const Wide wide_mean = spread(mean, columns_);
  WideSums wide_sum{};
  WideSums wide_along{};
  for_each_wide_row(rows * columns_,
                    [&, at = offset](std::int64_t first, std::int64_t height, std::int64_t width) {
                      const std::int64_t from = at + first;
                      moments(x + from, shifted(y, from), g + from, height, width, wide_mean.data(),
                              wide_sum.data(), wide_along.data(), shifted(kept, from));
                    });
  fold(wide_sum, columns_, sum);
  fold(wide_along, columns_, along);
}

void ChannelPieces::gradient(const float* x, const float* y, const float* g, std::int64_t set,
                             std::int64_t piece, const kernels::ColumnGradient& p, float* gx) const {
  const auto [offset, rows] = extent(set, piece);
  const auto gradient_columns = vector_kernels().normalization.gradient_columns;
  if (slot_ >= padding) {
    return gradient_columns(x + offset, shifted(y, offset), g + offset, rows, columns_, p, gx + offset);
  }
  const Wide mean = spread(p.mean, columns_);
  const Wide x_scale = spread(p.x_scale, columns_);
  const Wide g_scale = spread(p.g_scale, columns_);
  const Wide shift = spread(p.shift, columns_);
  const kernels::ColumnGradient wide{mean.data(), x_scale.data(), g_scale.data(), shift.data()};
  for_each_wide_row(rows * columns_,
                    [&, at = offset](std::int64_t first, std::int64_t height, std::int64_t width) {
                      const std::int64_t from = at + first;
                      gradient_columns(x + from, shifted(y, from), g + from, height, width, wide, gx + from);
                    });
}

} // namespace mammo::cpu
