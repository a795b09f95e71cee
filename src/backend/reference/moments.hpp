#pragma once

#include <cstdint>

namespace mammo::reference {

/// Mean and biased variance of elements that are normalised together.
struct Moments {
  double mean = 0;
  double var = 0;
};

/// Of value(0) to value(count - 1), count at least 1.
template <class Value>
Moments moments_of(std::int64_t count, Value value) {
  const auto divisor = static_cast<double>(count);
  Moments m;
  for (std::int64_t i = 0; i < count; ++i) m.mean += value(i) / divisor;
  for (std::int64_t i = 0; i < count; ++i) m.var += (value(i) - m.mean) * (value(i) - m.mean) / divisor;
  return m;
}

/// Back through normalised(i) = (x(i) - mean) * rstd, where mean and rstd are those of the x(i): calls
/// write(i, gradient of x(i)), given gradient(i) of normalised(i).
template <class Normalised, class Gradient, class Write>
void back_through_moments(std::int64_t count, double rstd, Normalised normalised, Gradient gradient,
                          Write write) {
  const auto divisor = static_cast<double>(count);
  double mean = 0;
  double along = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    mean += gradient(i) / divisor;
    along += gradient(i) * normalised(i) / divisor;
  }
  for (std::int64_t i = 0; i < count; ++i) write(i, rstd * (gradient(i) - mean - normalised(i) * along));
}

} // namespace mammo::reference
