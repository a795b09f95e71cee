#include "backend/cpu/plans.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace mammo::cpu {
namespace {

constexpr std::int64_t padding = kernels::column_padding;

// Sums of n numbers and of their squares.
std::array<double, 2> moments_of(const float* x, std::int64_t n) {
  std::array<double, static_cast<std::size_t>(padding)> sums{};
  std::array<double, static_cast<std::size_t>(padding)> squares{};
  const auto moments = vector_kernels().normalization.column_moments;
  const std::int64_t whole = n / padding * padding;
  moments(x, whole / padding, padding, sums.data(), squares.data());
  if (n > whole) moments(x + whole, 1, n - whole, sums.data(), squares.data());
  std::array<double, 2> total{0, 0};
  for (std::size_t lane = 0; lane < sums.size(); ++lane) {
    total[0] += sums[lane];
    total[1] += squares[lane];
  }
  return total;
}

} // namespace

PlanPointer plan(const LayerNorm& op, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  if (x.layout != Layout::row_major) return nullptr;
  const std::int64_t length = x.shape[-1];
  const std::int64_t rows = numel(x.shape) / length;
  return make_plan(std::move(outputs), [=](std::span<const Tensor> inputs, std::span<Tensor> results) {
    const float* in = inputs[0].raw<float>();
    const float* w = inputs[1].raw<float>();
    const float* b = inputs[2].raw<float>();
    float* y = results[0].mutable_raw<float>();
    float* means = results[1].mutable_raw<float>();
    float* rstds = results[2].mutable_raw<float>();
    const auto count = static_cast<double>(length);
    parallel_for(0, rows, elementwise_grain / length + 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) {
        const auto [sum, squares] = moments_of(in + row * length, length);
        const double mean = sum / count;
        const double spread = squares / count - mean * mean;
        const double rstd = 1 / std::sqrt((spread < 0 ? 0 : spread) + op.eps);
        means[row] = static_cast<float>(mean);
        rstds[row] = static_cast<float>(rstd);
        vector_kernels().normalization.transform_row(in + row * length, w, b, length, means[row], rstds[row],
                                                     static_cast<float>((means[row] - mean) * rstd),
                                                     y + row * length);
      }
    });
  });
}

// The rows are in a fixed number of parts, each with sums of its own for the gradients of the weights.
PlanPointer plan(const LayerNormGradient&, const Signature& signature, std::vector<TensorSpec> outputs) {
  const TensorSpec& x = signature.inputs[0];
  if (x.layout != Layout::row_major || signature.inputs[4].layout != Layout::row_major) return nullptr;
  constexpr std::int64_t most_parts = 64;
  const std::int64_t length = x.shape[-1];
  const std::int64_t rows = numel(x.shape) / length;
  const std::int64_t slot = (length + padding - 1) / padding * padding;
  const std::int64_t parts =
      std::clamp<std::int64_t>(rows * length / elementwise_grain, 1, std::min(rows, most_parts));
  const auto bytes = static_cast<std::size_t>(parts * 2 * slot) * sizeof(double);
  return make_plan(
      std::move(outputs), bytes,
      [=](std::span<const Tensor> inputs, std::span<Tensor> results, std::byte* memory) {
        const float* in = inputs[0].raw<float>();
        const float* means = inputs[1].raw<float>();
        const float* rstds = inputs[2].raw<float>();
        const float* w = inputs[3].raw<float>();
        const float* g = inputs[4].raw<float>();
        float* gx = results[0].mutable_raw<float>();
        auto* sums = reinterpret_cast<double*>(memory);
        const auto& loops = vector_kernels().normalization;
        const auto count = static_cast<double>(length);
        parallel_for(0, parts, 1, [&](std::int64_t begin, std::int64_t end) {
          std::fill(sums + begin * 2 * slot, sums + end * 2 * slot, 0.0);
          for (std::int64_t part = begin; part < end; ++part) {
            double* bias_sums = sums + part * 2 * slot;
            for (std::int64_t row = part * rows / parts; row < (part + 1) * rows / parts; ++row) {
              const std::int64_t at = row * length;
              double sum = 0;
              double along = 0;
              loops.row_gradient_moments(in + at, w, g + at, length, means[row], rstds[row], &sum, &along,
                                         bias_sums, bias_sums + slot);
              loops.gradient_row(in + at, w, g + at, length, means[row], rstds[row],
                                 static_cast<float>(sum / count), static_cast<float>(along / count), gx + at);
            }
          }
        });
        float* gw = results[1].mutable_raw<float>();
        float* gb = results[2].mutable_raw<float>();
        for (std::int64_t i = 0; i < length; ++i) {
          double bias_gradient = 0;
          double weight_gradient = 0;
          for (std::int64_t part = 0; part < parts; ++part) {
            bias_gradient += sums[part * 2 * slot + i];
            weight_gradient += sums[part * 2 * slot + slot + i];
          }
          gb[i] = static_cast<float>(bias_gradient);
          gw[i] = static_cast<float>(weight_gradient);
        }
      });
}

} // namespace mammo::cpu
