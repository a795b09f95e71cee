#include "Halide.h"

namespace {

using namespace Halide;

// A separable convolution with weights in 2^-8 that sum to one; `in` is larger than `out` by the kernel's
// size less one.
class Blur : public Generator<Blur> {
 public:
  Input<Buffer<std::uint8_t, 2>> in{"in"};
  Input<Buffer<std::uint16_t, 1>> kernel{"kernel"};
  Output<Buffer<std::uint8_t, 2>> out{"out"};

  void generate() {
    const RDom tap(0, kernel.dim(0).extent(), "tap");
    along_sum(x, y) = cast<std::uint16_t>(0);
    along_sum(x, y) += cast<std::uint16_t>(in(x + tap, y)) * kernel(tap);
    along(x, y) = along_sum(x, y);
    across_sum(x, y) = cast<std::uint32_t>(1 << 15);
    across_sum(x, y) += cast<std::uint32_t>(along(x, y + tap)) * cast<std::uint32_t>(kernel(tap));
    out(x, y) = cast<std::uint8_t>(across_sum(x, y) >> 16);
  }

  void schedule() {
    const int lanes = natural_vector_size<std::uint16_t>();
    Var strip("strip"), inner("inner");
    out.split(y, strip, inner, 64, TailStrategy::GuardWithIf).parallel(strip).vectorize(x, 2 * lanes);
    across_sum.compute_at(out, x).vectorize(x).update().vectorize(x);
    // A strip's rows, blurred along x, fit into the second-level cache.
    along.compute_at(out, strip).vectorize(x, 2 * lanes, TailStrategy::ShiftInwards);
    along_sum.compute_at(along, x).vectorize(x).update().vectorize(x);
  }

 private:
  Var x{"x"}, y{"y"};
  Func along_sum{"along_sum"}, along{"along"}, across_sum{"across_sum"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(Blur, mammo_halide_blur)
