#include "Halide.h"

namespace {

using namespace Halide;

// docs/scheduling.md's kernel: the algorithm of kernels/halide/blur_generator.cpp, under five schedules.
class Lesson : public Generator<Lesson> {
 public:
  GeneratorParam<int> version{"version", 1, 1, 5};
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
    if (using_autoscheduler()) {
      in.set_estimates({{0, 2394 + 30}, {0, 3062 + 30}});
      kernel.set_estimates({{0, 31}});
      out.set_estimates({{0, 2394}, {0, 3062}});
      return;
    }
    const int lanes = 2 * natural_vector_size<std::uint16_t>();
    Var strip("strip"), inner("inner");
    // 1: nothing, so that `along` is computed anew for each of its uses.
    if (version == 2 || version == 3) along.compute_root();
    if (version >= 3) {
      out.vectorize(x, lanes);
      across_sum.compute_at(out, x).vectorize(x).update().vectorize(x);
      along.vectorize(x, lanes, TailStrategy::ShiftInwards);
      along_sum.compute_at(along, x).vectorize(x).update().vectorize(x);
    }
    if (version >= 4) {
      out.split(y, strip, inner, 64, TailStrategy::GuardWithIf);
      along.compute_at(out, strip);
    }
    if (version == 5) out.parallel(strip);
  }

 private:
  Var x{"x"}, y{"y"};
  Func along_sum{"along_sum"}, along{"along"}, across_sum{"across_sum"};
};

} // namespace

HALIDE_REGISTER_GENERATOR(Lesson, mammo_lesson)
