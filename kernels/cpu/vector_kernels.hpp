#pragma once

#include "kernels/cpu/normalization_kernels.hpp"

#include <cstdint>

namespace mammo::kernels {

enum class Function : std::uint8_t { relu, sigmoid, exp, log, sqrt, neg, abs, tanh, gelu, silu };
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

enum class Loss : std::uint8_t { mse, smooth_l1, bce, focal };

/// mse; smooth_l1 of `beta` times `scale`; bce; focal with weight + weight_slope t and `gamma`: see
/// LossKind.
struct LossTerms {
  Loss kind;
  float beta;
  float scale;
  float weight;
  float weight_slope;
  float gamma;
};

/// p -= rate v or, where `nesterov`, rate (g + momentum v): see SgdStep.
struct SgdTerms {
  float rate;
  float momentum;
  float decay;
  bool nesterov;
};

/// m = beta1 m + share1 g, v = beta2 v + share2 g^2, p = shrink p - rate m / (root_scale sqrt(v) + eps) with
/// g + decay p for g: see AdamStep.
struct AdamTerms {
  float rate;
  float beta1;
  float share1;
  float beta2;
  float share2;
  float root_scale;
  float eps;
  float decay;
  float shrink;
};

/// Word i % 4 of Philox block i / 4 below `bound` drops element i; others are multiplied by `scale`: see
/// Dropout.
struct DropoutTerms {
  std::uint32_t key[2];
  std::uint32_t stream[2];
  std::uint32_t bound;
  float scale;
};

/// Inner loops over contiguous memory, of one instruction set.
struct VectorKernels {
  /// y[i] = f(x[i]). exp and sigmoid are within 2 units in the last place, log, tanh and silu within 4, gelu
  /// within 6.
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
  // Training. y may be one of the inputs; results of a step may lie over inputs of the same meaning.

  /// y[i] = g[i] f'(x[i]), v the result or x as gradient_from_result() says.
  void (*apply_gradient)(Function f, const float* v, const float* g, float* y, std::int64_t n);
  /// y[i]: the part of g[i] that goes to a[i * a_step], see ExtremeGradient.
  void (*extreme_gradient)(bool of_maximum, const float* a, std::int64_t a_step, const float* b,
                           std::int64_t b_step, const float* g, float* y, std::int64_t n);
  void (*loss)(const LossTerms& terms, const float* x, const float* t, float* y, std::int64_t n);
  void (*loss_gradient)(const LossTerms& terms, const float* x, const float* t, const float* g, float* y,
                        std::int64_t n);
  /// Sum of exp(x[i] - shift), in f64.
  double (*exponential_sum)(const float* x, float shift, std::int64_t n);
  /// y[i] = exp(x[i] - shift) scale + offset.
  void (*scaled_exponential)(const float* x, float shift, float scale, float offset, float* y,
                             std::int64_t n);
  void (*sgd_step)(const SgdTerms& terms, const float* p, const float* g, const float* velocity, float* new_p,
                   float* new_velocity, std::int64_t n);
  void (*adam_step)(const AdamTerms& terms, const float* p, const float* g, const float* first,
                    const float* second, float* new_p, float* new_first, float* new_second, std::int64_t n);
  /// y[i] = decay old[i] + share next[i].
  void (*average)(float decay, float share, const float* old, const float* next, float* y, std::int64_t n);
  /// x[0] is element 4 first_block.
  void (*dropout)(const DropoutTerms& terms, std::int64_t first_block, const float* x, float* y,
                  std::int64_t n);

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
