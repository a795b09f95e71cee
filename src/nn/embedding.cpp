#include "mammo/nn/embedding.hpp"

#include "mammo/ops/arrange.hpp"

namespace mammo::nn {

Embedding::Embedding(const EmbeddingConfig& config) : config_(config) {
  require<ArgumentError>(config.entries > 0 && config.features > 0, "embedding of ", config.entries,
                         " entries in ", config.features, " features, expected positive numbers");
  add_parameter("weight", weight_, {config.entries, config.features}, Initial::standard_normal);
}

Tensor Embedding::forward(const Tensor& index) const {
  require<TypeError>(weight_.defined(), "embedding without weights; load some first");
  return embedding(weight_, index);
}

} // namespace mammo::nn
