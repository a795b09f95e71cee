#pragma once

#include "mammo/core/layout.hpp"
#include "mammo/core/tensor.hpp"

#include <cstdint>
#include <vector>

namespace mammo::bench {

/// One convolution as the detector runs it, with everything that is fused into it.
struct ConvolutionCall {
  Shape x;
  Shape weight;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  bool relu = false;
  bool residual = false;

  double flops() const;
};

/// The shipped detector's network - ResNet-50 of half width, FPN of 128 channels on stages 2 to 4 and pool,
/// four 3x3 convolutions a head - with weights from random numbers: for measuring, not for looking at films.
class DetectorGraph {
 public:
  DetectorGraph();

  /// x [1, 1, H, W] -> [1, 64, H / 4, W / 4].
  Tensor stem(const Tensor& x) const;
  /// What the stem returned, in any layout -> class logits and box deltas of each level.
  std::vector<Tensor> body(const Tensor& x) const;
  std::vector<Tensor> run(const Tensor& x) const { return body(stem(x)); }
  /// The convolutions of one run on a picture of this size, in order.
  static std::vector<ConvolutionCall> convolutions(std::int64_t height, std::int64_t width);

 private:
  std::vector<Tensor> weights_;
  std::vector<Tensor> biases_;
};

} // namespace mammo::bench
