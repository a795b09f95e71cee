#include "mammo/models/stem.hpp"

#include "mammo/ops/autograd.hpp"
#include "mammo/ops/reduction.hpp"

namespace mammo::models {

nn::StateDict with_grey_stem(nn::StateDict weights, const nn::Module& module) {
  const NoGrad off;
  for (const auto& [name, grey, kind, own, trainable, initial] : module.state()) {
    const auto found = weights.find(name);
    if (found == weights.end() || grey.rank() != 4 || grey[1] != 1 || !is_floating(found->second.dtype()))
      continue;
    Shape colour = grey;
    colour[1] = 3;
    if (found->second.shape() == colour) found->second = sum(found->second.to(DType::f32), {1}, true);
  }
  return weights;
}

} // namespace mammo::models
