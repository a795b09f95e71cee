#include "backend/cpu/channel_pieces.hpp"
#include "backend/cpu/channel_workspace.hpp"
#include "backend/cpu/plans.hpp"

#include <cmath>

namespace mammo::cpu {
namespace {

const float* elements_of(const Tensor& tensor) {
  return tensor.defined() ? tensor.raw<float>() : nullptr;
}

std::int64_t elements_of_channel(const Shape& shape) {
  return shape[0] * shape[2] * shape[3];
}

} // namespace

// The sums of x and of its squares are in f64, in which squares of floats are exact: their difference keeps
// the variance's digits while the mean is up to some 10^5 deviations from 0.
PlanPointer plan(const BatchNormTraining& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  const TensorSpec& r = signature.inputs[3];
  if (r.defined && r.layout != x.layout) return nullptr;
  outputs[0].layout = x.layout;
  const ChannelPieces pieces(x.shape, x.layout);
  const ChannelWorkspace layout(pieces, 3);
  const auto count = static_cast<double>(elements_of_channel(x.shape));
  const bool relu = op.activation == Activation::relu;
  return make_plan(
      std::move(outputs), layout.bytes(),
      [=, eps = op.eps](std::span<const Tensor> inputs, std::span<Tensor> results, std::byte* memory) {
        ChannelWorkspace workspace = layout;
        workspace.place(memory);
        const float* in = inputs[0].raw<float>();
        const float* w = inputs[1].raw<float>();
        const float* b = inputs[2].raw<float>();
        const float* residual = elements_of(inputs[3]);
        float* y = results[0].mutable_raw<float>();
        float* means = results[1].mutable_raw<float>();
        float* vars = results[2].mutable_raw<float>();
        in_two_passes(
            pieces,
            [&](std::int64_t set, std::int64_t piece) {
              double* sums = workspace.cleared_sums(set, piece);
              pieces.add_moments(in, set, piece, sums, sums + pieces.slot());
            },
            [&](std::int64_t set) {
              workspace.clear_parameters(set);
              for (std::int64_t k = 0; k < pieces.channels(set); ++k) {
                const std::int64_t c = pieces.first_channel(set) + k;
                const auto [sum, squares] = workspace.totals(set, k, 0, pieces.pieces_of_set());
                const double mean = sum / count;
                const double spread = squares / count - mean * mean;
                const double var = spread < 0 ? 0 : spread;
                const double scale = w[c] / std::sqrt(var + eps);
                means[c] = static_cast<float>(mean);
                vars[c] = static_cast<float>(var);
                workspace.parameter(0, set)[k] = means[c];
                workspace.parameter(1, set)[k] = static_cast<float>(scale);
                // What the mean lost when it became a float is made up for here.
                workspace.parameter(2, set)[k] = static_cast<float>(b[c] + (means[c] - mean) * scale);
              }
            },
            [&](std::int64_t set, std::int64_t piece) {
              pieces.transform(
                  in, residual, set, piece,
                  {workspace.parameter(0, set), workspace.parameter(1, set), workspace.parameter(2, set)},
                  relu, y);
            });
      });
}

// gx = w rstd (g - mean of g - z mean of g z), z = (x - mean) rstd, with g as it comes back through the
// activation. That g is the gradient of the residual too: where it is written in the first pass, the second
// reads it instead of y and g.
PlanPointer plan(const BatchNormGradient& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  const bool relu = op.activation == Activation::relu;
  if (relu && signature.inputs[1].layout != x.layout) return nullptr;
  if (signature.inputs[5].layout != x.layout) return nullptr;
  outputs[0].layout = x.layout;
  if (op.residual) outputs[3].layout = x.layout;
  const ChannelPieces pieces(x.shape, x.layout);
  const ChannelWorkspace layout(pieces, 4);
  const auto count = static_cast<double>(elements_of_channel(x.shape));
  return make_plan(
      std::move(outputs), layout.bytes(),
      [=, eps = op.eps](std::span<const Tensor> inputs, std::span<Tensor> results, std::byte* memory) {
        ChannelWorkspace workspace = layout;
        workspace.place(memory);
        const float* in = inputs[0].raw<float>();
        const float* y = relu ? inputs[1].raw<float>() : nullptr;
        const float* means = inputs[2].raw<float>();
        const float* vars = inputs[3].raw<float>();
        const float* w = inputs[4].raw<float>();
        const float* g = inputs[5].raw<float>();
        float* gx = results[0].mutable_raw<float>();
        float* gw = results[1].mutable_raw<float>();
        float* gb = results[2].mutable_raw<float>();
        float* kept = results.size() > 3 ? results[3].mutable_raw<float>() : nullptr;
        for (std::int64_t set = 0; set < pieces.sets(); ++set) {
          workspace.clear_parameters(set);
          std::copy_n(means + pieces.first_channel(set), pieces.channels(set), workspace.parameter(0, set));
        }
        in_two_passes(
            pieces,
            [&](std::int64_t set, std::int64_t piece) {
              double* sums = workspace.cleared_sums(set, piece);
              pieces.add_gradient_moments(in, y, g, set, piece, workspace.parameter(0, set), sums,
                                          sums + pieces.slot(), kept);
            },
            [&](std::int64_t set) {
              for (std::int64_t k = 0; k < pieces.channels(set); ++k) {
                const std::int64_t c = pieces.first_channel(set) + k;
                const auto [sum, along] = workspace.totals(set, k, 0, pieces.pieces_of_set());
                const double rstd = 1 / std::sqrt(vars[c] + eps);
                const double scale = w[c] * rstd;
                gw[c] = static_cast<float>(along * rstd);
                gb[c] = static_cast<float>(sum);
                workspace.parameter(1, set)[k] = static_cast<float>(-scale * rstd * rstd * along / count);
                workspace.parameter(2, set)[k] = static_cast<float>(scale);
                workspace.parameter(3, set)[k] = static_cast<float>(-scale * sum / count);
              }
            },
            [&](std::int64_t set, std::int64_t piece) {
              pieces.gradient(in, kept != nullptr ? nullptr : y, kept != nullptr ? kept : g, set, piece,
                              {workspace.parameter(0, set), workspace.parameter(1, set),
                               workspace.parameter(2, set), workspace.parameter(3, set)},
                              gx);
            });
      });
}

} // namespace mammo::cpu
