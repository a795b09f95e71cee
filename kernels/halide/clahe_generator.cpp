#include "Halide.h"

namespace {

using namespace Halide;

// CLAHE's cells applied: each pixel's code is looked up in its cell, which gives four curves' values, and
// takes the mean weighted by its place (ClaheStrip in src/image/chain_kernels.hpp).
template <class Derived>
class ClaheBase : public Generator<Derived> {
 public:
  template <class T>
  using Input = typename Generator<Derived>::template Input<T>;
  template <class T>
  using Output = typename Generator<Derived>::template Output<T>;

  Input<Buffer<void, 2>> in{"in"};
  Input<Buffer<std::uint64_t, 1>> cells{"cells"}; // cell after cell
  Input<Buffer<std::int32_t, 1>> row_source{"row_source"};
  Input<Buffer<std::int32_t, 1>> row_cell{"row_cell"}; // where its row of cells begins
  Input<Buffer<float, 1>> row_weight{"row_weight"};
  Input<Buffer<std::int32_t, 1>> column_source{"column_source"};
  Input<Buffer<std::int32_t, 1>> column_cell{"column_cell"}; // where its cell begins in a row of them
  Input<Buffer<float, 1>> column_weight{"column_weight"};
  Input<std::int32_t> zero_up_to{"zero_up_to"};
  // 1 or -1 where column_source(x) is first_column + step x, so that a row's codes lie side by side; else 0.
  Input<std::int32_t> step{"step"};
  Input<std::int32_t> first_column{"first_column"};

 protected:
  Var x{"x"}, y{"y"};
  Func place{"place"}, corners{"corners"}, clahe{"clahe"};

  void make_clahe() {
    cells.dim(0).set_min(0);
    for (Input<Buffer<std::int32_t, 1>>* table : {&column_source, &column_cell}) table->dim(0).set_min(0);
    const Expr column = select(step == 0, column_source(x), first_column + step * x);
    const Expr code = in(unsafe_promise_clamped(column, 0, in.width() - 1),
                         unsafe_promise_clamped(row_source(y), 0, in.height() - 1));
    place(x, y) = row_cell(y) + column_cell(x) + cast<std::int32_t>(code);
    corners(x, y) = cells(unsafe_promise_clamped(place(x, y), 0, cells.dim(0).extent() - 1));
    const Expr pairs[] = {cast<std::uint32_t>(corners(x, y)), cast<std::uint32_t>(corners(x, y) >> 32)};
    const auto left = [&](int pair) { return cast<float>(cast<std::int32_t>(pairs[pair] & 0xFFFF)); };
    const auto right = [&](int pair) { return cast<float>(cast<std::int32_t>(pairs[pair] >> 16)); };
    const Expr across = column_weight(x);
    const Expr down = row_weight(y);
    const Expr upper = left(0) * (1 - across) + right(0) * across;
    const Expr lower = left(1) * (1 - across) + right(1) * across;
    // Strict, so that no instruction set rounds it otherwise.
    const Expr value = cast<std::int32_t>(strict_float(upper * (1 - down) + lower * down + 0.5F));
    clahe(x, y) = cast<std::uint16_t>(select(value <= zero_up_to, 0, value));
  }

  // Goes through 32 rows of `chunk` results before the next ones beside them, so that no more than the one or
  // two cells that these lie in are looked up in turn. Vectors cannot look up: they say where, the lookups
  // follow one by one into a row, and vectors go on from there.
  void schedule_rows(Func out, int chunk, int lanes) {
    Var strip("strip"), part("part");
    out.split(y, strip, y, 32, TailStrategy::GuardWithIf)
        .split(x, part, x, chunk, TailStrategy::ShiftInwards)
        .reorder(x, y, part, strip)
        .parallel(strip)
        .vectorize(x, lanes);
    place.compute_at(out, y).vectorize(x, Generator<Derived>::template natural_vector_size<float>());
    corners.compute_at(out, y).unroll(x, 16);
    out.specialize(step == 1);
    out.specialize(step == -1);
  }
};

class Clahe : public ClaheBase<Clahe> {
 public:
  Output<Buffer<std::uint16_t, 2>> out{"out"};

  void generate() {
    make_clahe();
    out(x, y) = clahe(x, y);
  }

  void schedule() { schedule_rows(out, 128, natural_vector_size<float>()); }
};

// The same, divided by 255 and summed over four pixels side by side.
class ClaheSums : public ClaheBase<ClaheSums> {
 public:
  Input<bool> wrap{"wrap"};
  Output<Buffer<std::uint16_t, 2>> out{"out"};

  void generate() {
    make_clahe();
    const Expr quotient = clahe(x, y) / 255;
    eight_bit(x, y) = select(wrap, quotient & 255, min(quotient, 255));
    out(x, y) =
        eight_bit(4 * x, y) + eight_bit(4 * x + 1, y) + eight_bit(4 * x + 2, y) + eight_bit(4 * x + 3, y);
  }

  void schedule() {
    const int lanes = natural_vector_size<float>();
    eight_bit.compute_at(out, y).vectorize(x, lanes);
    schedule_rows(out, 32, 2 * lanes);
  }

 private:
  Func eight_bit{"eight_bit"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(Clahe, mammo_halide_clahe)
HALIDE_REGISTER_GENERATOR(ClaheSums, mammo_halide_clahe_sums)
