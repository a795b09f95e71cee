#pragma once

#include <span>

namespace mammo::eval {

/// Pearson's correlation of pairs (x, y). NaN where either does not vary. Throws ArgumentError on spans of
/// different lengths.
double correlation(std::span<const double> x, std::span<const double> y);

/// The same where pair i counts weights[i] times, as clustered_bootstrap draws them.
double correlation(std::span<const double> x, std::span<const double> y, std::span<const double> weights);

} // namespace mammo::eval
