#include "mammo/nn/group_norm.hpp"

#include "mammo/ops/normalization.hpp"

namespace mammo::nn {
namespace {

void check(const char* what, std::int64_t channels, double eps) {
  require<ArgumentError>(channels > 0, what, " of ", channels, " channels, expected a positive number");
  require<ArgumentError>(eps > 0, what, " with eps ", eps, ", expected a positive number");
}

} // namespace

GroupNorm::GroupNorm(const GroupNormConfig& config) : config_(config) {
  check("group norm", config.channels, config.eps);
  require<ArgumentError>(config.groups > 0 && config.channels % config.groups == 0, "group norm of ",
                         config.channels, " channels in ", config.groups, " groups, expected a divisor");
  add_parameter("weight", weight_, {config.channels});
  add_parameter("bias", bias_, {config.channels});
}

Tensor GroupNorm::forward(const Tensor& x) const {
  require<TypeError>(weight_.defined(), "group norm without weights; load some first");
  return group_norm(x, weight_, bias_, {.groups = config_.groups, .eps = config_.eps});
}

InstanceNorm2d::InstanceNorm2d(const InstanceNorm2dConfig& config) : config_(config) {
  check("instance norm", config.channels, config.eps);
  add_parameter("weight", weight_, {config.channels});
  add_parameter("bias", bias_, {config.channels});
}

Tensor InstanceNorm2d::forward(const Tensor& x) const {
  require<TypeError>(weight_.defined(), "instance norm without weights; load some first");
  return instance_norm(x, weight_, bias_, config_.eps);
}

} // namespace mammo::nn
