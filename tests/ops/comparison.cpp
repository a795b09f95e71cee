#include "tests/ops/comparison.hpp"

#include <cmath>
#include <cstring>
#include <iomanip>
#include <iostream>
#include <limits>

namespace mammo::test {

double largest_error(const Tensor& a, const Tensor& b, double floor) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (a.shape() != b.shape() || is_floating(a.dtype()) != is_floating(b.dtype())) return infinity;
  const Tensor plain_a = a.plain().to(DType::f64);
  const Tensor plain_b = b.plain().to(DType::f64);
  const auto x = plain_a.data<double>();
  const auto y = plain_b.data<double>();
  double difference = 0;
  double magnitude = floor;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(x[i]) != std::isnan(y[i])) return infinity;
    if (std::isnan(x[i]) || x[i] == y[i]) {
      magnitude = std::max(magnitude, std::isnan(y[i]) ? 0 : std::fabs(y[i]));
      continue;
    }
    difference = std::max(difference, std::fabs(x[i] - y[i]));
    magnitude = std::max(magnitude, std::fabs(y[i]));
  }
  if (difference == 0) return 0;
  if (!is_floating(a.dtype()) || magnitude == 0) return infinity;
  return difference / magnitude;
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype() || a.layout() != b.layout()) return false;
  const auto bytes = static_cast<std::size_t>(storage_numel(a.shape(), a.layout())) * size_of(a.dtype());
  return visit_dtype(a.dtype(), [&]<class T>() { return std::memcmp(a.raw<T>(), b.raw<T>(), bytes) == 0; });
}

void ErrorTable::add(const std::string& operation, const std::string& backend, const std::string& direction,
                     double error) {
  for (Row& row : rows_) {
    if (row.operation != operation || row.backend != backend || row.direction != direction) continue;
    ++row.runs;
    row.largest = std::max(row.largest, error);
    return;
  }
  rows_.push_back({operation, backend, direction, 1, error});
}

ErrorTable::~ErrorTable() {
  const auto line = [](const auto& operation, const auto& backend, const auto& direction, const auto& runs,
                       const auto& error) {
    std::cout << std::left << std::setw(36) << operation << std::setw(15) << backend << std::setw(10)
              << direction << std::right << std::setw(8) << runs << std::setw(16) << error << '\n';
  };
  line("operation", "backend", "direction", "runs", "largest error");
  std::cout << std::setprecision(2) << std::scientific;
  for (const Row& row : rows_) line(row.operation, row.backend, row.direction, row.runs, row.largest);
  std::cout << std::defaultfloat;
}

} // namespace mammo::test
