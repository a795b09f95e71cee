#pragma once

#include "mammo/nn/module.hpp"

namespace mammo::nn {

// In training they draw from the calling thread's training_generator(); at inference they change nothing.

struct DropoutConfig {
  double probability = 0.5;
};

/// Drops single elements (Srivastava et al. 2014).
class Dropout : public Module {
 public:
  /// Throws ArgumentError unless 0 <= probability < 1.
  explicit Dropout(const DropoutConfig& config);

  /// x -> like x.
  Tensor forward(const Tensor& x) const;

  const DropoutConfig& config() const { return config_; }

 private:
  DropoutConfig config_;
};

/// Drops whole examples of a residual branch (Huang et al. 2016).
class DropPath : public Module {
 public:
  /// Throws ArgumentError unless 0 <= probability < 1.
  explicit DropPath(const DropoutConfig& config);

  /// x [N, ...] -> like x.
  Tensor forward(const Tensor& x) const;

  const DropoutConfig& config() const { return config_; }

 private:
  DropoutConfig config_;
};

} // namespace mammo::nn
