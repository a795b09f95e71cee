#pragma once

#include <cstdint>

namespace mammo::kernels {

/// Arrays with an entry a column have room for a multiple of this many, whatever the columns are.
inline constexpr std::int64_t column_padding = 16;

/// What turns x of a column into (x - mean) scale + shift.
struct ColumnTransform {
  const float* mean;
  const float* scale;
  const float* shift;
};

/// What turns x and g of a column into (x - mean) x_scale + g g_scale + shift.
struct ColumnGradient {
  const float* mean;
  const float* x_scale;
  const float* g_scale;
  const float* shift;
};

/// Loops of the norms and of softmax. Matrices are dense [rows, columns]; sums are in f64. Where a gradient
/// takes y, it is the result behind a relu, and g counts as 0 where y is 0 or less.
struct NormalizationKernels {
  /// sum[c] += x[r][c] and squares[c] += x[r][c]^2, over all r.
  void (*column_moments)(const float* x, std::int64_t rows, std::int64_t columns, double* sum,
                         double* squares);
  /// y = (x - mean) scale + shift [+ residual]; negative results become 0 where `relu`.
  void (*transform_columns)(const float* x, const float* residual, std::int64_t rows, std::int64_t columns,
                            const ColumnTransform& transform, bool relu, float* y);
  /// sum[c] += g and along[c] += g (x - mean), over all rows; writes the g that counted to `kept` unless
  /// null.
  void (*column_gradient_moments)(const float* x, const float* y, const float* g, std::int64_t rows,
                                  std::int64_t columns, const float* mean, double* sum, double* along,
                                  float* kept);
  /// gx = (x - mean) x_scale + g g_scale + shift; y may be null.
  void (*gradient_columns)(const float* x, const float* y, const float* g, std::int64_t rows,
                           std::int64_t columns, const ColumnGradient& gradient, float* gx);

  /// y = ((x - mean) rstd + shift) w + b: one row, with a weight a column.
  void (*transform_row)(const float* x, const float* w, const float* b, std::int64_t n, float mean,
                        float rstd, float shift, float* y);
  /// Sums of h and of h z over one row, where h = g w and z = (x - mean) rstd; adds g and g z to the sums of
  /// their columns.
  void (*row_gradient_moments)(const float* x, const float* w, const float* g, std::int64_t n, float mean,
                               float rstd, double* sum, double* along, double* bias_sums,
                               double* weight_sums);
  /// gx = rstd (h - sum - z along), with h and z as above.
  void (*gradient_row)(const float* x, const float* w, const float* g, std::int64_t n, float mean, float rstd,
                       float sum, float along, float* gx);

  /// y[i] = exp(x[i] - max) / sum of these, n at least 1.
  void (*softmax)(const float* x, std::int64_t n, float* y);
  /// Sum of a b.
  double (*product_sum)(const float* a, const float* b, std::int64_t n);
  /// total[i] += a[i] b[i].
  void (*accumulate_products)(double* total, const float* a, const float* b, std::int64_t n);
  /// gx[i] = y[i] (g[i] - sum[i * step]), step 0 or 1.
  void (*softmax_gradient)(const float* y, const float* g, const float* sum, std::int64_t step,
                           std::int64_t n, float* gx);
};

} // namespace mammo::kernels
