// A backend of one's own that has a single operation: linear layers in f32, each number a dot product.
//
// The library hands a backend the signature of an operation - its options, and shape, dtype and layout of
// each tensor - and gets a plan, or null, and then asks the next backend. The shapes have been checked by
// then. docs/add-a-backend.md walks through this file; tests/ops/own_backend_test.cpp holds it to reference.
#pragma once

#include "mammo/backend/backend.hpp"
#include "mammo/core/threads.hpp"

#include <algorithm>

// x [..., I], weight [O, I], bias [O] or undefined -> [..., O]. What can be known before there are elements
// is worked out once, in the constructor; run() is called for every batch, by several threads at once.
class DotProducts : public mammo::Plan {
 public:
  DotProducts(const mammo::Linear& linear, const mammo::Signature& signature)
      : has_relu_(linear.activation == mammo::Activation::relu),
        in_(signature.inputs[1].shape[1]),
        out_(signature.inputs[1].shape[0]),
        outputs_(infer_outputs(linear, signature.inputs)) {}

  const std::vector<mammo::TensorSpec>& outputs() const override { return outputs_; }

  void run(std::span<const mammo::Tensor> inputs, std::span<mammo::Tensor> outputs,
           std::byte*) const override {
    const float* x = inputs[0].raw<float>();
    const float* weight = inputs[1].raw<float>();
    const float* bias = inputs[2].defined() ? inputs[2].raw<float>() : nullptr;
    float* y = outputs[0].mutable_raw<float>();
    const std::int64_t grain = 65536 / (in_ + 1) + 1; // dot products that a thread is worth waking for
    // Each is summed by one thread, in one order: the same bits in every run.
    mammo::parallel_for(0, outputs[0].numel(), grain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const float* row = x + i / out_ * in_;
        const float* column = weight + i % out_ * in_;
        double sum = bias != nullptr ? bias[i % out_] : 0;
        for (std::int64_t k = 0; k < in_; ++k) sum += double{row[k]} * column[k];
        y[i] = static_cast<float>(has_relu_ && sum < 0 ? 0 : sum); // NaN stays NaN
      }
    });
  }

 private:
  bool has_relu_;
  std::int64_t in_;
  std::int64_t out_;
  std::vector<mammo::TensorSpec> outputs_;
};

class OwnBackend : public mammo::Backend {
 public:
  std::string_view name() const override { return "own"; }

  std::shared_ptr<const mammo::Plan> plan(const mammo::Signature& signature) const override {
    const auto* linear = std::get_if<mammo::Linear>(&signature.operation);
    if (linear == nullptr) return nullptr;
    const auto is_taken = [](const mammo::TensorSpec& input) {
      return !input.defined || (input.dtype == mammo::DType::f32 && input.layout == mammo::Layout::row_major);
    };
    if (!std::ranges::all_of(signature.inputs, is_taken)) return nullptr;
    return std::make_shared<DotProducts>(*linear, signature);
  }
};
