#include "Halide.h"

namespace {

using namespace Halide;

// Any filter's weights (ResizeTaps in src/image/geometry_kernels.hpp) along one axis, then along the other.
class Resize : public Generator<Resize> {
 public:
  Input<Buffer<void, 2>> in{"in"};
  // Per new row: its first old row; and [rows, taps] weights. The same for columns.
  Input<Buffer<std::int32_t, 1>> row_start{"row_start"};
  Input<Buffer<float, 2>> row_weight{"row_weight"};
  Input<Buffer<std::int32_t, 1>> column_start{"column_start"};
  Input<Buffer<float, 2>> column_weight{"column_weight"};
  Output<Buffer<void, 2>> out{"out"};

  void generate() {
    const RDom row(0, row_weight.dim(1).extent(), "row");
    const Expr row_index = clamp(row_start(y), 0, in.height() - row_weight.dim(1).extent()) + row;
    row_sum(x, y) = 0.0F;
    // Strict, so that no instruction set rounds it otherwise.
    row_sum(x, y) = strict_float(row_sum(x, y) + cast<float>(in(x, row_index)) * row_weight(y, row));
    line(x, y) = row_sum(x, y);

    const RDom column(0, column_weight.dim(1).extent(), "column");
    const Expr column_index = clamp(column_start(x), 0, in.width() - column_weight.dim(1).extent()) + column;
    column_sum(x, y) = 0.0F;
    column_sum(x, y) = strict_float(column_sum(x, y) + line(column_index, y) * column_weight(x, column));
    out(x, y) = rounded(column_sum(x, y));
  }

  void schedule() {
    const int lanes = natural_vector_size<float>();
    Var strip("strip"), inner("inner");
    out.split(y, strip, inner, 8, TailStrategy::GuardWithIf).parallel(strip).vectorize(x, 2 * lanes);
    column_sum.compute_at(out, x).vectorize(x).update().vectorize(x);
    // One new row's line stays in the first-level cache until its columns have been summed.
    line.compute_at(out, inner).vectorize(x, 4 * lanes);
    row_sum.compute_at(line, x).vectorize(x).update().vectorize(x);
  }

 private:
  Var x{"x"}, y{"y"};
  Func row_sum{"row_sum"}, line{"line"}, column_sum{"column_sum"};

  Expr rounded(const Expr& value) const {
    const Type type = out.type();
    if (type.is_float()) return value;
    return cast(type, strict_float(clamp(value, 0.0F, cast<float>(type.max())) + 0.5F));
  }
};

} // namespace

HALIDE_REGISTER_GENERATOR(Resize, mammo_halide_resize)
