#include "Halide.h"

namespace {

using namespace Halide;

// Some rows of a warped picture (WarpRows in src/image/geometry_kernels.hpp): the mean of across x down
// bilinear samples a pixel.
class Warp : public Generator<Warp> {
 public:
  GeneratorParam<bool> bent{"bent", false};
  Input<Buffer<void, 2>> in{"in"};
  Input<double[6]> m{"m"}; // from the canvas to the picture
  Input<double> first_x{"first_x"};
  Input<double> first_y{"first_y"};
  Input<std::int32_t> across{"across"};
  Input<std::int32_t> down{"down"};
  Input<float> fill{"fill"};
  Output<Buffer<float, 2>> out{"out"};

  void configure() {
    if (!bent) return;
    bend_x = add_input<Buffer<float, 2>>("bend_x");
    bend_y = add_input<Buffer<float, 2>>("bend_y");
  }

  void generate() {
    const RDom sample(0, across, 0, down, "sample");
    const Expr start_x = first_x + (cast<double>(sample.x) + half) / cast<double>(across);
    const Expr start_y = first_y + cast<double>(y) + (cast<double>(sample.y) + half) / cast<double>(down);
    sum(x, y) = 0.0F;
    sum(x, y) = strict_float(sum(x, y) + bilinear(place(0, start_x, start_y), place(3, start_x, start_y)));
    // Strict, so that no instruction set rounds it otherwise.
    out(x, y) = strict_float(sum(x, y) * (1.0F / cast<float>(across * down)));
  }

  void schedule() {
    out.vectorize(x, 2 * natural_vector_size<float>(), TailStrategy::ShiftInwards);
    sum.compute_at(out, x).vectorize(x).update().vectorize(x);
  }

 private:
  const Expr half = cast<double>(0.5F);
  Var x{"x"}, y{"y"};
  Func sum{"sum"};
  Input<Buffer<float, 2>>* bend_x = nullptr;
  Input<Buffer<float, 2>>* bend_y = nullptr;

  // A coordinate, counted between pixel centres, in the picture: by the matrix's row that begins at `i`.
  Expr place(int i, const Expr& start_x, const Expr& start_y) {
    Expr result = m[i] * start_x + m[i + 1] * start_y + m[i + 2] - half + m[i] * cast<double>(x);
    if (bent) {
      result = result + (m[i] * cast<double>((*bend_x)(x, y)) + m[i + 1] * cast<double>((*bend_y)(x, y)));
    }
    return strict_float(result);
  }

  Expr bilinear(const Expr& column, const Expr& row) {
    // Two pixels off the picture all is fill; numbers larger than that would not fit into an integer.
    const Expr px = clamp(column, cast<double>(-2), cast<double>(in.width() + 1));
    const Expr py = clamp(row, cast<double>(-2), cast<double>(in.height() + 1));
    const Expr i = rounded_down(px);
    const Expr j = rounded_down(py);
    const Expr u = cast<float>(px - cast<double>(i));
    const Expr v = cast<float>(py - cast<double>(j));
    const Expr upper = between(at(i, j), at(i + 1, j), u);
    const Expr lower = between(at(i, j + 1), at(i + 1, j + 1), u);
    return between(upper, lower, v);
  }

  Expr at(const Expr& i, const Expr& j) {
    const Expr inside = i >= 0 && i < in.width() && j >= 0 && j < in.height();
    return select(inside, cast<float>(in(clamp(i, 0, in.width() - 1), clamp(j, 0, in.height() - 1))), fill);
  }

  // floor() is a call where there is no SSE 4.1.
  static Expr rounded_down(const Expr& value) {
    const Expr towards_0 = cast<std::int32_t>(value);
    return towards_0 - cast<std::int32_t>(value < cast<double>(towards_0));
  }

  static Expr between(const Expr& a, const Expr& b, const Expr& weight) { return a + weight * (b - a); }
};

} // namespace

HALIDE_REGISTER_GENERATOR(Warp, mammo_halide_warp)
