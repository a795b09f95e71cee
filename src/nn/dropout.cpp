#include "mammo/nn/dropout.hpp"

#include "mammo/ops/dropout.hpp"

namespace mammo::nn {
namespace {

DropoutConfig checked(const char* what, const DropoutConfig& config) {
  require<ArgumentError>(config.probability >= 0 && config.probability < 1, what, " with probability ",
                         config.probability, ", expected at least 0 and below 1");
  return config;
}

} // namespace

Dropout::Dropout(const DropoutConfig& config) : config_(checked("dropout", config)) {}

Tensor Dropout::forward(const Tensor& x) const {
  return training() && config_.probability > 0 ? dropout(x, config_.probability) : x;
}

DropPath::DropPath(const DropoutConfig& config) : config_(checked("drop path", config)) {}

Tensor DropPath::forward(const Tensor& x) const {
  return training() && config_.probability > 0 ? drop_path(x, config_.probability) : x;
}

} // namespace mammo::nn
