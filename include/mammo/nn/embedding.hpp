#pragma once

#include "mammo/nn/module.hpp"

namespace mammo::nn {

struct EmbeddingConfig {
  std::int64_t entries = 0;
  std::int64_t features = 0;
};

/// A table of vectors to look up, the parameter `weight` [entries, features].
class Embedding : public Module {
 public:
  /// Throws ArgumentError on sizes that are not positive.
  explicit Embedding(const EmbeddingConfig& config);

  /// index i64 [...] -> [..., features]. Throws ArgumentError on an index outside 0 .. entries - 1.
  Tensor forward(const Tensor& index) const;

  const EmbeddingConfig& config() const { return config_; }

 private:
  EmbeddingConfig config_;
  Tensor weight_;
};

} // namespace mammo::nn
