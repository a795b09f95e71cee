#pragma once

#include "mammo/explain/score.hpp"

#include <cstdint>
#include <vector>

namespace mammo::explain {

/// The input, apart from the tape it may be on. Throws unless it is floating and [1, C, H, W], none of them
/// 0.
Tensor checked_input(const Tensor& x, const char* method);
/// Throws unless it has one element.
void check_score(const Tensor& score, const char* method);

/// d score / d x at x, row-major.
Tensor gradient_at(const Score& score, const Tensor& x, const char* method);

/// Sums f32 or f64 tensors of one shape, row-major, in f64.
class Sum {
 public:
  void add(const Tensor& tensor);
  /// f64, the sum over the number of tensors added.
  Tensor mean() const;

 private:
  Tensor total_;
  std::int64_t count_ = 0;
};

/// f64 [1, C, H, W] -> f32 [H, W]: the largest magnitude of the channels.
Tensor largest_magnitude(const Tensor& gradient);

} // namespace mammo::explain
