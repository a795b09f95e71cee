#include "mammo/nn/batch_norm.hpp"

#include "mammo/backend/observer.hpp"
#include "mammo/ops/autograd.hpp"
#include "mammo/ops/convolution.hpp"
#include "mammo/ops/elementwise.hpp"
#include "mammo/ops/normalization.hpp"
#include "mammo/ops/views.hpp"

#include <array>
#include <cmath>
#include <memory>
#include <string>

namespace mammo::nn {
namespace {

template <class T>
FoldedConv folded(const Conv2d& conv, const BatchNorm2d& norm) {
  const auto weight = conv.weight().data<T>();
  const auto gamma = norm.weight().data<T>();
  const auto beta = norm.bias().data<T>();
  const auto mean = norm.running_mean().data<T>();
  const auto var = norm.running_var().data<T>();
  FoldedConv result{Tensor::empty(conv.weight().shape(), {.dtype = dtype_of<T>}),
                    Tensor::empty(norm.bias().shape(), {.dtype = dtype_of<T>})};
  const auto out_weight = result.weight.mutable_data<T>();
  const auto out_bias = result.bias.mutable_data<T>();
  const std::size_t filter = weight.size() / gamma.size();
  for (std::size_t o = 0; o < gamma.size(); ++o) {
    const double scale = double{gamma[o]} / std::sqrt(double{var[o]} + norm.config().eps);
    const double shift = conv.bias().defined() ? double{conv.bias().data<T>()[o]} : 0.0;
    for (std::size_t i = o * filter; i < (o + 1) * filter; ++i) {
      out_weight[i] = static_cast<T>(double{weight[i]} * scale);
    }
    out_bias[o] = static_cast<T>(double{beta[o]} + (shift - double{mean[o]}) * scale);
  }
  return result;
}

// The same by operations that gradients flow through.
FoldedConv recorded_fold(const Conv2d& conv, const BatchNorm2d& norm) {
  const Tensor eps = Tensor::full({}, norm.config().eps, {.dtype = norm.dtype()});
  const Tensor scale = divide(norm.weight(), sqrt(add(norm.running_var(), eps)));
  const Tensor& mean = norm.running_mean();
  const Tensor centre = conv.bias().defined() ? subtract(conv.bias(), mean) : neg(mean);
  return {multiply(conv.weight(), reshape(scale, {scale.numel(), 1, 1, 1})),
          add(norm.bias(), multiply(centre, scale))};
}

// running += momentum (factor batch - running)
void follow(Tensor running, const Tensor& batch, double momentum, double factor) {
  const auto blend = [&]<class T>(T) {
    const auto from = batch.data<T>();
    const auto to = running.mutable_data<T>();
    for (std::size_t c = 0; c < to.size(); ++c) {
      to[c] = static_cast<T>(double{to[c]} + momentum * (factor * double{from[c]} - double{to[c]}));
    }
  };
  running.dtype() == DType::f64 ? blend(0.0) : blend(0.0F);
}

} // namespace

BatchNorm2d::BatchNorm2d(const BatchNorm2dConfig& config) : config_(config) {
  require<ArgumentError>(config.channels > 0, "batch norm of ", config.channels,
                         " channels, expected a positive number");
  require<ArgumentError>(config.eps > 0, "batch norm with eps ", config.eps, ", expected a positive number");
  require<ArgumentError>(config.momentum >= 0 && config.momentum <= 1, "batch norm with momentum ",
                         config.momentum, ", expected 0 to 1");
  add_parameter("weight", weight_, {config.channels});
  add_parameter("bias", bias_, {config.channels});
  add_buffer("running_mean", running_mean_, {config.channels});
  add_buffer("running_var", running_var_, {config.channels});
}

Tensor BatchNorm2d::forward(const Tensor& x, Activation activation, const Tensor& residual) const {
  require<TypeError>(weight_.defined(), "batch norm without weights; load some first");
  if (uses_batch_statistics()) {
    const std::int64_t count = x.rank() == 4 ? x.size(0) * x.size(2) * x.size(3) : 0;
    require<ShapeError>(count > 1, "batch norm over ", x.shape(), ", expected more than one value a channel");
    const BatchStatistics batch =
        batch_norm_training(x, weight_, bias_, {.eps = config_.eps, .activation = activation}, residual);
    const auto n = static_cast<double>(count);
    follow(running_mean_, batch.mean, config_.momentum, 1);
    follow(running_var_, batch.var, config_.momentum, n / (n - 1));
    return batch.output;
  }
  const BatchNorm fixed{.eps = config_.eps, .activation = residual.defined() ? Activation::none : activation};
  Tensor y = batch_norm(x, running_mean_, running_var_, weight_, bias_, fixed);
  if (!residual.defined()) return y;
  const Tensor sum = mammo::add(y, residual);
  return activation == Activation::relu ? relu(sum) : sum;
}

FoldedConv fold(const Conv2d& conv, const BatchNorm2d& norm) {
  require<ArgumentError>(conv.config().out_channels == norm.config().channels, "batch norm of ",
                         norm.config().channels, " channels after a convolution with ",
                         conv.config().out_channels);
  require<TypeError>(conv.weight().defined() && norm.weight().defined(),
                     "convolution or batch norm without weights; load some first");
  const std::array made_from{
      conv.weight().stamp(),       conv.bias().defined() ? conv.bias().stamp() : StorageStamp{},
      norm.weight().stamp(),       norm.bias().stamp(),
      norm.running_mean().stamp(), norm.running_var().stamp()};
  std::string key = "norm folded, eps ";
  key.append(reinterpret_cast<const char*>(&norm.config().eps), sizeof(double));
  const FoldedConv& result = *conv.weight().storage()->derived<FoldedConv>(key, made_from, [&] {
    return std::make_shared<const FoldedConv>(conv.dtype() == DType::f64 ? folded<double>(conv, norm)
                                                                         : folded<float>(conv, norm));
  });
  tell_derived(conv.weight(), result.weight);
  tell_derived(norm.bias(), result.bias);
  return result;
}

Tensor conv_norm(const Conv2d& conv, const BatchNorm2d& norm, const Tensor& x, Activation activation,
                 const Tensor& residual) {
  if (norm.uses_batch_statistics()) return norm.forward(conv.forward(x), activation, residual);
  const std::array learned{conv.weight(), conv.bias(), norm.weight(), norm.bias()};
  const FoldedConv weights = is_recording(learned) ? recorded_fold(conv, norm) : fold(conv, norm);
  const Conv2dConfig& options = conv.config();
  return conv2d(x, weights.weight, weights.bias,
                {.stride = options.stride,
                 .padding = options.padding,
                 .dilation = options.dilation,
                 .groups = options.groups,
                 .activation = activation},
                residual);
}

} // namespace mammo::nn
