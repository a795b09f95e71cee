#include "backend/reference/reference.hpp"

#include <cmath>
#include <limits>

namespace mammo::reference {
namespace {

std::int64_t checked_target(std::string_view operation, std::int64_t target, std::int64_t classes) {
  require<ArgumentError>(target >= 0 && target < classes, operation, ": target ", target,
                         ", expected at least 0 and below ", classes);
  return target;
}

// log of the sum of e^x, the largest taken out of it so that nothing overflows.
template <class T>
double log_sum_exp(std::span<const T> x) {
  double largest = -std::numeric_limits<double>::infinity();
  for (const T value : x) largest = larger(largest, value);
  double sum = 0;
  for (const T value : x) sum += std::exp(value - largest);
  return largest + std::log(sum);
}

} // namespace

void compute(const CrossEntropy& op, Inputs inputs, Outputs outputs) {
  const auto classes = static_cast<std::size_t>(inputs[0].size(1));
  const auto targets = inputs[1].data<std::int64_t>();
  const double smoothing = op.label_smoothing;
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const auto logits = inputs[0].data<T>();
    const auto y = outputs[0].mutable_data<T>();
    for (std::size_t n = 0; n < targets.size(); ++n) {
      const auto x = logits.subspan(n * classes, classes);
      const auto target = static_cast<std::size_t>(
          checked_target(CrossEntropy::name, targets[n], static_cast<std::int64_t>(classes)));
      const double total = log_sum_exp(x);
      double loss = (1 - smoothing) * (total - x[target]);
      // Without smoothing an impossible class (-infinity) that is not the target costs nothing.
      if (smoothing > 0) {
        for (const T value : x) loss += smoothing / static_cast<double>(classes) * (total - value);
      }
      y[n] = static_cast<T>(loss);
    }
  });
}

void compute(const CrossEntropyGradient& op, Inputs inputs, Outputs outputs) {
  const auto classes = static_cast<std::size_t>(inputs[0].size(1));
  const auto targets = inputs[1].data<std::int64_t>();
  const double everywhere = op.label_smoothing / static_cast<double>(classes);
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const auto logits = inputs[0].data<T>();
    const auto g = inputs[2].data<T>();
    const auto y = outputs[0].mutable_data<T>();
    for (std::size_t n = 0; n < targets.size(); ++n) {
      const auto x = logits.subspan(n * classes, classes);
      const auto target = static_cast<std::size_t>(
          checked_target(CrossEntropyGradient::name, targets[n], static_cast<std::int64_t>(classes)));
      const double total = log_sum_exp(x);
      for (std::size_t c = 0; c < classes; ++c) {
        const double wanted = everywhere + (c == target ? 1 - op.label_smoothing : 0);
        y[n * classes + c] = static_cast<T>(g[n] * (std::exp(x[c] - total) - wanted));
      }
    }
  });
}

} // namespace mammo::reference
