#include "mammo/eval/logistic.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace mammo::eval {
namespace {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

/// Solves a x = b, a positive definite, by elimination.
Vector solve(Matrix a, Vector b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t row = i + 1; row < n; ++row) {
      const double factor = a[row][i] / a[i][i];
      for (std::size_t column = i; column < n; ++column) a[row][column] -= factor * a[i][column];
      b[row] -= factor * b[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t column = i + 1; column < n; ++column) b[i] -= a[i][column] * b[column];
    b[i] /= a[i][i];
  }
  return b;
}

struct Scaling {
  Vector mean;
  Vector deviation; ///< 1 where a feature never changes
};

Scaling scaling_of(std::span<const LabelledRow> rows, std::size_t features) {
  Scaling scaling{Vector(features, 0), Vector(features, 0)};
  const auto count = static_cast<double>(rows.size());
  for (const LabelledRow& row : rows) {
    for (std::size_t i = 0; i < features; ++i) scaling.mean[i] += row.features[i] / count;
  }
  for (const LabelledRow& row : rows) {
    for (std::size_t i = 0; i < features; ++i) {
      scaling.deviation[i] += std::pow(row.features[i] - scaling.mean[i], 2) / count;
    }
  }
  for (double& deviation : scaling.deviation) deviation = deviation > 0 ? std::sqrt(deviation) : 1;
  return scaling;
}

/// 1, then the standardised features.
Matrix design_of(std::span<const LabelledRow> rows, const Scaling& scaling) {
  Matrix design;
  for (const LabelledRow& row : rows) {
    Vector& x = design.emplace_back(Vector{1});
    for (std::size_t i = 0; i < scaling.mean.size(); ++i) {
      x.push_back((row.features[i] - scaling.mean[i]) / scaling.deviation[i]);
    }
  }
  return design;
}

/// One step of Newton's method; returns its largest change.
double improve(Vector& beta, const Matrix& design, std::span<const LabelledRow> rows, double ridge) {
  const std::size_t n = beta.size();
  Vector gradient(n, 0);
  Matrix hessian(n, Vector(n, 0));
  for (std::size_t i = 0; i < n; ++i) {
    hessian[i][i] = i == 0 ? 1e-12 : ridge;
    gradient[i] = i == 0 ? 0 : -ridge * beta[i];
  }
  for (std::size_t row = 0; row < design.size(); ++row) {
    const Vector& x = design[row];
    double z = 0;
    for (std::size_t i = 0; i < n; ++i) z += beta[i] * x[i];
    const double p = sigmoid(z);
    const double error = (rows[row].positive ? 1.0 : 0.0) - p;
    for (std::size_t i = 0; i < n; ++i) {
      gradient[i] += error * x[i];
      for (std::size_t j = 0; j < n; ++j) hessian[i][j] += p * (1 - p) * x[i] * x[j];
    }
  }
  const Vector step = solve(std::move(hessian), std::move(gradient));
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double kept = std::clamp(step[i], -2.0, 2.0); // far from the optimum a full step can overshoot
    beta[i] += kept;
    largest = std::max(largest, std::abs(kept));
  }
  return largest;
}

void check_rows(std::span<const LabelledRow> rows) {
  require<ArgumentError>(!rows.empty(), "logistic regression of no rows");
  std::size_t positives = 0;
  for (const LabelledRow& row : rows) {
    require<ArgumentError>(row.features.size() == rows.front().features.size(),
                           "logistic regression: a row of ", row.features.size(), " features, expected ",
                           rows.front().features.size());
    for (const double value : row.features) {
      require<ArgumentError>(std::isfinite(value), "logistic regression: a feature is ", value,
                             ", expected a finite number");
    }
    positives += row.positive ? 1 : 0;
  }
  require<ArgumentError>(positives > 0 && positives < rows.size(), "logistic regression of ", positives,
                         " positive rows among ", rows.size(), ", expected both kinds");
}

} // namespace

double LogisticModel::log_odds(std::span<const double> features) const {
  require<ArgumentError>(features.size() == coefficients.size(), "logistic model given ", features.size(),
                         " features, expected ", coefficients.size());
  double z = intercept;
  for (std::size_t i = 0; i < features.size(); ++i) z += coefficients[i] * features[i];
  return z;
}

LogisticModel fit_logistic(std::span<const LabelledRow> rows, double ridge) {
  check_rows(rows);
  require<ArgumentError>(ridge >= 0, "logistic regression with a ridge of ", ridge, ", expected 0 or more");
  const Scaling scaling = scaling_of(rows, rows.front().features.size());
  const Matrix design = design_of(rows, scaling);
  Vector beta(design.front().size(), 0);
  constexpr int most_steps = 100;
  constexpr double converged = 1e-10;
  for (int step = 0; step < most_steps; ++step) {
    if (improve(beta, design, rows, ridge) < converged) break;
  }
  LogisticModel model{.intercept = beta[0], .coefficients = {}};
  for (std::size_t i = 0; i < scaling.mean.size(); ++i) {
    model.coefficients.push_back(beta[i + 1] / scaling.deviation[i]);
    model.intercept -= model.coefficients[i] * scaling.mean[i];
  }
  return model;
}

} // namespace mammo::eval
