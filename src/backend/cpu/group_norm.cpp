#include "backend/cpu/channel_pieces.hpp"
#include "backend/cpu/channel_workspace.hpp"
#include "backend/cpu/plans.hpp"

#include <cmath>

namespace mammo::cpu {
namespace {

// [N, C, ...] as pictures: only rank 4 has other layouts than row-major.
Shape as_pictures(const Shape& shape) {
  if (shape.rank() == 4) return shape;
  return {shape[0], shape[1], numel(shape) / (shape[0] * shape[1]), 1};
}

// Channel c of a picture among the pieces.
struct ChannelPlace {
  std::int64_t set;
  std::int64_t index;

  ChannelPlace(const ChannelPieces& pieces, std::int64_t c)
      : set(c / pieces.channels(0)), index(c % pieces.channels(0)) {}
};

// Both sums of channel c of picture n.
std::array<double, 2> totals(const ChannelPieces& pieces, const ChannelWorkspace& workspace, std::int64_t n,
                             std::int64_t c) {
  const ChannelPlace place(pieces, c);
  return workspace.totals(place.set, place.index, n * pieces.pieces_of_picture(), pieces.pieces_of_picture());
}

// Calls body(set, piece, picture) for all pieces.
template <class Body>
void for_each_piece(const ChannelPieces& pieces, const Body& body) {
  const std::int64_t of_set = pieces.pieces_of_set();
  parallel_for(0, pieces.sets() * of_set, elementwise_grain / pieces.elements_of_piece() + 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t i = begin; i < end; ++i) {
                   body(i / of_set, i % of_set, i % of_set / pieces.pieces_of_picture());
                 }
               });
}

} // namespace

PlanPointer plan(const GroupNorm& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  outputs[0].layout = x.layout;
  const Shape shape = as_pictures(x.shape);
  const ChannelPieces pieces(shape, x.layout);
  const ChannelWorkspace layout(pieces, 3, shape[0]);
  const std::int64_t members = shape[1] / op.groups;
  const auto count = static_cast<double>(members * shape[2] * shape[3]);
  return make_plan(std::move(outputs), layout.bytes(),
                   [=](std::span<const Tensor> inputs, std::span<Tensor> results, std::byte* memory) {
                     ChannelWorkspace workspace = layout;
                     workspace.place(memory);
                     const float* in = inputs[0].raw<float>();
                     const float* w = inputs[1].raw<float>();
                     const float* b = inputs[2].raw<float>();
                     float* y = results[0].mutable_raw<float>();
                     float* means = results[1].mutable_raw<float>();
                     float* rstds = results[2].mutable_raw<float>();
                     for_each_piece(pieces, [&](std::int64_t set, std::int64_t piece, std::int64_t) {
                       double* sums = workspace.cleared_sums(set, piece);
                       pieces.add_moments(in, set, piece, sums, sums + pieces.slot());
                     });
                     for (std::int64_t n = 0; n < shape[0]; ++n) {
                       for (std::int64_t set = 0; set < pieces.sets(); ++set)
                         workspace.clear_parameters(set, n);
                       for (std::int64_t group = 0; group < op.groups; ++group) {
                         double mean = 0;
                         double squares = 0;
                         for (std::int64_t c = group * members; c < (group + 1) * members; ++c) {
                           const auto [sum, sum_of_squares] = totals(pieces, workspace, n, c);
                           mean += sum / count;
                           squares += sum_of_squares / count;
                         }
                         const double spread = squares - mean * mean;
                         const double rstd = 1 / std::sqrt((spread < 0 ? 0 : spread) + op.eps);
                         const auto rounded = static_cast<float>(mean);
                         means[n * op.groups + group] = rounded;
                         rstds[n * op.groups + group] = static_cast<float>(rstd);
                         for (std::int64_t c = group * members; c < (group + 1) * members; ++c) {
                           const auto [set, k] = ChannelPlace(pieces, c);
                           const double scale = w[c] * rstd;
                           workspace.parameter(0, set, n)[k] = rounded;
                           workspace.parameter(1, set, n)[k] = static_cast<float>(scale);
                           workspace.parameter(2, set, n)[k] =
                               static_cast<float>(b[c] + (rounded - mean) * scale);
                         }
                       }
                     }
                     for_each_piece(pieces, [&](std::int64_t set, std::int64_t piece, std::int64_t n) {
                       pieces.transform(in, nullptr, set, piece,
                                        {workspace.parameter(0, set, n), workspace.parameter(1, set, n),
                                         workspace.parameter(2, set, n)},
                                        false, y);
                     });
                   });
}

// gx = rstd (h - mean of h - z mean of h z), h = g w and z = (x - mean) rstd.
PlanPointer plan(const GroupNormGradient& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  if (signature.inputs[4].layout != x.layout) return nullptr;
  outputs[0].layout = x.layout;
  const Shape shape = as_pictures(x.shape);
  const ChannelPieces pieces(shape, x.layout);
  const ChannelWorkspace layout(pieces, 4, shape[0]);
  const std::int64_t members = shape[1] / op.groups;
  const auto count = static_cast<double>(members * shape[2] * shape[3]);
  return make_plan(std::move(outputs), layout.bytes(),
                   [=](std::span<const Tensor> inputs, std::span<Tensor> results, std::byte* memory) {
                     ChannelWorkspace workspace = layout;
                     workspace.place(memory);
                     const float* in = inputs[0].raw<float>();
                     const float* means = inputs[1].raw<float>();
                     const float* rstds = inputs[2].raw<float>();
                     const float* w = inputs[3].raw<float>();
                     const float* g = inputs[4].raw<float>();
                     float* gx = results[0].mutable_raw<float>();
                     float* gw = results[1].mutable_raw<float>();
                     float* gb = results[2].mutable_raw<float>();
                     for (std::int64_t n = 0; n < shape[0]; ++n) {
                       for (std::int64_t set = 0; set < pieces.sets(); ++set)
                         workspace.clear_parameters(set, n);
                       for (std::int64_t c = 0; c < shape[1]; ++c) {
                         const auto [set, k] = ChannelPlace(pieces, c);
                         workspace.parameter(0, set, n)[k] = means[n * op.groups + c / members];
                       }
                     }
                     for_each_piece(pieces, [&](std::int64_t set, std::int64_t piece, std::int64_t n) {
                       double* sums = workspace.cleared_sums(set, piece);
                       pieces.add_gradient_moments(in, nullptr, g, set, piece, workspace.parameter(0, set, n),
                                                   sums, sums + pieces.slot(), nullptr);
                     });
                     for (std::int64_t c = 0; c < shape[1]; ++c) {
                       double weight_gradient = 0;
                       double bias_gradient = 0;
                       for (std::int64_t n = 0; n < shape[0]; ++n) {
                         const auto [sum, along] = totals(pieces, workspace, n, c);
                         weight_gradient += along * rstds[n * op.groups + c / members];
                         bias_gradient += sum;
                       }
                       gw[c] = static_cast<float>(weight_gradient);
                       gb[c] = static_cast<float>(bias_gradient);
                     }
                     for (std::int64_t i = 0; i < shape[0] * op.groups; ++i) {
                       const std::int64_t n = i / op.groups;
                       const std::int64_t first = i % op.groups * members;
                       const double rstd = rstds[i];
                       double mean = 0;
                       double mean_along = 0;
                       for (std::int64_t c = first; c < first + members; ++c) {
                         const auto [sum, along] = totals(pieces, workspace, n, c);
                         mean += w[c] * sum / count;
                         mean_along += w[c] * along * rstd / count;
                       }
                       for (std::int64_t c = first; c < first + members; ++c) {
                         const auto [set, k] = ChannelPlace(pieces, c);
                         workspace.parameter(1, set, n)[k] = static_cast<float>(-rstd * rstd * mean_along);
                         workspace.parameter(2, set, n)[k] = static_cast<float>(rstd * w[c]);
                         workspace.parameter(3, set, n)[k] = static_cast<float>(-rstd * mean);
                       }
                     }
                     for_each_piece(pieces, [&](std::int64_t set, std::int64_t piece, std::int64_t n) {
                       pieces.gradient(in, nullptr, g, set, piece,
                                       {workspace.parameter(0, set, n), workspace.parameter(1, set, n),
                                        workspace.parameter(2, set, n), workspace.parameter(3, set, n)},
                                       gx);
                     });
                   });
}

} // namespace mammo::cpu
