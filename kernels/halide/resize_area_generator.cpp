#include "Halide.h"

namespace {

using namespace Halide;

// The mean of the area that each new pixel covers, one axis after the other (AreaTaps in
// src/image/kernels.hpp).
class ResizeArea : public Generator<ResizeArea> {
 public:
  Input<Buffer<std::uint8_t, 2>> in{"in"};
  // Per new row: its first old row; and [taps, rows] weights in 2^-15. The same for columns.
  Input<Buffer<std::int32_t, 1>> row_start{"row_start"};
  Input<Buffer<std::uint16_t, 2>> row_weight{"row_weight"};
  Input<Buffer<std::int32_t, 1>> column_start{"column_start"};
  Input<Buffer<std::uint16_t, 2>> column_weight{"column_weight"};
  Output<Buffer<std::uint8_t, 2>> out{"out"};

  void generate() {
    const RDom row(0, row_weight.dim(0).extent(), "row");
    const Expr row_index = clamp(row_start(y), 0, in.height() - row_weight.dim(0).extent()) + row;
    row_sum(x, y) = cast<std::uint32_t>(64);
    row_sum(x, y) +=
        cast<std::uint32_t>(cast<std::uint16_t>(in(x, row_index))) * cast<std::uint32_t>(row_weight(row, y));
    row_mean(x, y) = cast<std::uint16_t>(row_sum(x, y) >> 7);

    const RDom column(0, column_weight.dim(0).extent(), "column");
    const Expr column_index = clamp(column_start(x), 0, in.width() - column_weight.dim(0).extent()) + column;
    column_sum(x, y) = cast<std::uint32_t>(1 << 22);
    column_sum(x, y) +=
        cast<std::uint32_t>(row_mean(column_index, y)) * cast<std::uint32_t>(column_weight(column, x));
    out(x, y) = cast<std::uint8_t>(column_sum(x, y) >> 23);
  }

  void schedule() {
    const int lanes = natural_vector_size<std::uint16_t>();
    Var strip("strip"), inner("inner");
    out.split(y, strip, inner, 8, TailStrategy::GuardWithIf).parallel(strip).vectorize(x, 16);
    column_sum.compute_at(out, x).vectorize(x).update().vectorize(x);
    // One new row's means stay in the first-level cache until its columns have been summed.
    row_mean.compute_at(out, inner).vectorize(x, 2 * lanes);
    row_sum.compute_at(row_mean, x).vectorize(x).update().vectorize(x);
  }

 private:
  Var x{"x"}, y{"y"};
  Func row_sum{"row_sum"}, row_mean{"row_mean"}, column_sum{"column_sum"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(ResizeArea, mammo_halide_resize_area)
