#include "Halide.h"

namespace {

using namespace Halide;

// The means of 4 x 4 pixels, from sums along x, convolved with `taps` along both axes. `sums` is larger than
// `out` by the taps' number less one, in blocks.
class WideBlur : public Generator<WideBlur> {
 public:
  Input<Buffer<std::uint16_t, 2>> sums{"sums"};
  Input<Buffer<float, 1>> taps{"taps"};
  Output<Buffer<float, 2>> out{"out"};

  void generate() {
    const Expr sum = sums(x, 4 * y) + sums(x, 4 * y + 1) + sums(x, 4 * y + 2) + sums(x, 4 * y + 3);
    mean(x, y) = cast<float>(cast<std::int32_t>(sum)) * (1.0F / 16);
    const RDom tap(0, taps.dim(0).extent(), "tap");
    // Strict, so that no instruction set rounds it otherwise.
    down_sum(x, y) = 0.0F;
    down_sum(x, y) = strict_float(down_sum(x, y) + mean(x, y + tap) * taps(tap));
    down(x, y) = down_sum(x, y);
    across_sum(x, y) = 0.0F;
    across_sum(x, y) = strict_float(across_sum(x, y) + down(x + tap, y) * taps(tap));
    out(x, y) = across_sum(x, y);
  }

  void schedule() {
    const int lanes = natural_vector_size<float>();
    // So many at once that none waits for the addition before it.
    const int sums = 8;
    Var strip("strip"), inner("inner");
    out.split(y, strip, inner, 64, TailStrategy::GuardWithIf).parallel(strip).vectorize(x, sums * lanes);
    across_sum.compute_at(out, x).vectorize(x).update().vectorize(x);
    // Column by column of so many: the means that 64 rows need of it stay in the first-level cache.
    Var part("part");
    down.compute_at(out, strip)
        .split(x, part, x, sums * lanes, TailStrategy::ShiftInwards)
        .reorder(x, y, part)
        .vectorize(x);
    down_sum.compute_at(down, y).vectorize(x).update().vectorize(x);
    mean.compute_at(out, strip).vectorize(x, 2 * lanes);
  }

 private:
  Var x{"x"}, y{"y"};
  Func mean{"mean"}, down_sum{"down_sum"}, down{"down"}, across_sum{"across_sum"};
};

// Each pixel from the four nearest blocks' values, in proportion.
class Enlarge : public Generator<Enlarge> {
 public:
  Input<Buffer<float, 2>> blurred{"blurred"};
  Output<Buffer<std::uint8_t, 2>> out{"out"};

  void generate() {
    wide(x, y) =
        strict_float(blurred((x + 2) / 4, y) * (1 - later(x)) + blurred((x + 2) / 4 + 1, y) * later(x));
    const Expr value = wide(x, (y + 2) / 4) * (1 - later(y)) + wide(x, (y + 2) / 4 + 1) * later(y);
    out(x, y) = cast<std::uint8_t>(cast<std::int32_t>(strict_float(value + 0.5F)));
  }

  void schedule() {
    const int lanes = natural_vector_size<std::uint8_t>();
    Var strip("strip");
    out.split(y, strip, y, 32, TailStrategy::GuardWithIf).parallel(strip).vectorize(x, lanes);
    // A block row's four rows of pixels share it. Of each block four pixels, which differ in their weights
    // alone, so that vectors of blocks lie side by side.
    Var of_block("of_block");
    wide.store_at(out, strip)
        .compute_at(out, y)
        .align_bounds(x, block)
        .split(x, x, of_block, block)
        .reorder(of_block, x)
        .unroll(of_block)
        .vectorize(x, natural_vector_size<float>(), TailStrategy::ShiftInwards);
  }

 private:
  Var x{"x"}, y{"y"};
  Func wide{"wide"};

  static constexpr int block = 4;

  static Expr later(const Expr& i) { return (cast<float>((i + 2) % 4) + 0.5F) / 4; }
};

} // namespace

HALIDE_REGISTER_GENERATOR(WideBlur, mammo_halide_wide_blur)
HALIDE_REGISTER_GENERATOR(Enlarge, mammo_halide_enlarge)
