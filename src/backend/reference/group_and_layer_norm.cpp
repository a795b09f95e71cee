#include "backend/reference/moments.hpp"
#include "backend/reference/reference.hpp"

#include <cmath>
#include <vector>

namespace mammo::reference {
namespace {

// Row-major elements in runs that are normalised together, `parameters` weights a run: of a group its
// channels, each for `repeats` neighbours; of a row its columns, one after the other.
struct Runs {
  std::int64_t count;      // of runs
  std::int64_t parameters; // of one run
  std::int64_t repeats;    // neighbours that share a weight
  std::int64_t sets;       // runs before the weights start again

  std::int64_t length() const { return parameters * repeats; }
  std::int64_t parameter(std::int64_t run, std::int64_t i) const {
    return run % sets * parameters + i / repeats;
  }
};

Runs groups_of(const Shape& x, std::int64_t groups) {
  std::int64_t plane = 1;
  for (int d = 2; d < x.rank(); ++d) plane *= x[d];
  return {.count = x[0] * groups, .parameters = x[1] / groups, .repeats = plane, .sets = groups};
}

Runs rows_of(const Shape& x) {
  return {.count = numel(x) / x[-1], .parameters = x[-1], .repeats = 1, .sets = 1};
}

void normalise(const Runs& runs, double eps, Inputs inputs, Outputs outputs) {
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* x = inputs[0].data<T>().data();
    const T* w = inputs[1].data<T>().data();
    const T* b = inputs[2].data<T>().data();
    T* y = outputs[0].mutable_data<T>().data();
    for (std::int64_t run = 0; run < runs.count; ++run, x += runs.length(), y += runs.length()) {
      const Moments m = moments_of(runs.length(), [&](std::int64_t i) -> double { return x[i]; });
      const double rstd = 1 / std::sqrt(m.var + eps);
      outputs[1].mutable_data<T>()[static_cast<std::size_t>(run)] = static_cast<T>(m.mean);
      outputs[2].mutable_data<T>()[static_cast<std::size_t>(run)] = static_cast<T>(rstd);
      for (std::int64_t i = 0; i < runs.length(); ++i) {
        const std::int64_t p = runs.parameter(run, i);
        y[i] = static_cast<T>((x[i] - m.mean) * rstd * w[p] + b[p]);
      }
    }
  });
}

void gradients(const Runs& runs, Inputs inputs, Outputs outputs) {
  std::vector<double> weight_gradient(static_cast<std::size_t>(runs.parameters * runs.sets));
  std::vector<double> bias_gradient(weight_gradient.size());
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* x = inputs[0].data<T>().data();
    const T* w = inputs[3].data<T>().data();
    const T* g = inputs[4].data<T>().data();
    T* gx = outputs[0].mutable_data<T>().data();
    for (std::int64_t run = 0; run < runs.count; ++run, x += runs.length(), g += runs.length()) {
      const double mean = inputs[1].data<T>()[static_cast<std::size_t>(run)];
      const double rstd = inputs[2].data<T>()[static_cast<std::size_t>(run)];
      const auto normalised = [&](std::int64_t i) { return (x[i] - mean) * rstd; };
      for (std::int64_t i = 0; i < runs.length(); ++i) {
        const auto p = static_cast<std::size_t>(runs.parameter(run, i));
        weight_gradient[p] += g[i] * normalised(i);
        bias_gradient[p] += g[i];
      }
      back_through_moments(
          runs.length(), rstd, normalised,
          [&](std::int64_t i) { return static_cast<double>(g[i]) * w[runs.parameter(run, i)]; },
          [&](std::int64_t, double value) { *gx++ = static_cast<T>(value); });
    }
    const auto rounded = [](double sum) { return static_cast<T>(sum); };
    std::ranges::transform(weight_gradient, outputs[1].mutable_data<T>().begin(), rounded);
    std::ranges::transform(bias_gradient, outputs[2].mutable_data<T>().begin(), rounded);
  });
}

} // namespace

void compute(const GroupNorm& op, Inputs inputs, Outputs outputs) {
  normalise(groups_of(inputs[0].shape(), op.groups), op.eps, inputs, outputs);
}

void compute(const GroupNormGradient& op, Inputs inputs, Outputs outputs) {
  gradients(groups_of(inputs[0].shape(), op.groups), inputs, outputs);
}

void compute(const LayerNorm& op, Inputs inputs, Outputs outputs) {
  normalise(rows_of(inputs[0].shape()), op.eps, inputs, outputs);
}

void compute(const LayerNormGradient&, Inputs inputs, Outputs outputs) {
  gradients(rows_of(inputs[0].shape()), inputs, outputs);
}

} // namespace mammo::reference
