#pragma once

#include "kernels/cpu/normalization_kernels.hpp"

#include <cstdint>

namespace mammo::kernels {

enum class Function : std::uint8_t { relu, sigmoid, exp, sqrt, neg, abs };
enum class Combination : std::uint8_t { add, subtract, multiply, divide, maximum, minimum };

/// Corners and areas of boxes, a coordinate an array.
struct BoxArrays {
  const double* left;
  const double* top;
  const double* right;
  const double* bottom;
  const double* area;
};

struct BoxCorners {
  double left;
  double top;
  double right;
  double bottom;
  double area;
};

/// Inner loops over contiguous memory, of one instruction set.
struct VectorKernels {
  /// y[i] = f(x[i]). exp and sigmoid are within 2 units in the last place.
  void (*apply)(Function f, const float* x, float* y, std::int64_t n);
  /// y[i] = f(a[i * a_step], b[i * b_step]), steps 0 or 1; negative results become 0 where `relu`. NaN where
  /// either operand is. y may be a or b.
  void (*combine)(Combination f, bool relu, const float* a, std::int64_t a_step, const float* b,
                  std::int64_t b_step, float* y, std::int64_t n);
  /// Sum of n numbers, in f64.
  double (*sum)(const float* x, std::int64_t n);
  /// total[i] += x[i].
  void (*accumulate)(double* total, const float* x, std::int64_t n);
  /// y[i] = a[i] (1 - share) + b[i] share.
  void (*blend)(const float* a, const float* b, float share, float* y, std::int64_t n);
  /// Whether the intersection over union of `box` with one of n boxes is above `threshold`.
  bool (*overlaps_any)(const BoxArrays& boxes, std::int64_t n, const BoxCorners& box, double threshold);
  /// y[i] += x[i] share.
  void (*add_scaled)(const float* x, float share, float* y, std::int64_t n);
  /// For each of n neighbouring channels: gx[taps[k] + i] += g[i], taps[k] being where x[taps[k] + i] is
  /// largest: the first of equal ones, NaN before any number. At least one tap.
  void (*give_to_largest)(const float* x, const float* g, const std::int64_t* taps, std::int64_t tap_count,
                          std::int64_t n, float* gx);
  NormalizationKernels normalization;
};

/// Plain C++: any machine.
extern const VectorKernels baseline_kernels;
#if defined(__x86_64__)
/// AVX2 with FMA.
extern const VectorKernels avx2_kernels;
/// AVX-512 F, BW, DQ and VL.
extern const VectorKernels avx512_kernels;
#endif

} // namespace mammo::kernels
