#include "backend/reference/reference.hpp"
#include "mammo/backend/backend.hpp"

#include <utility>

namespace mammo {
namespace {

class ReferencePlan : public Plan {
 public:
  explicit ReferencePlan(const Signature& signature)
      : operation_(signature.operation), outputs_(infer_outputs(signature.operation, signature.inputs)) {}

  const std::vector<TensorSpec>& outputs() const override { return outputs_; }

  void run(std::span<const Tensor> inputs, std::span<Tensor> outputs, std::byte*) const override {
    std::visit([&](const auto& op) { reference::compute(op, inputs, outputs); }, operation_);
  }

 private:
  Operation operation_;
  std::vector<TensorSpec> outputs_;
};

class ReferenceBackend : public Backend {
 public:
  std::string_view name() const override { return "reference"; }

  std::shared_ptr<const Plan> plan(const Signature& signature) const override {
    // Indices, seeds and targets are i64, where infer_outputs lets them be; other dtypes are only moved
    // about.
    const bool moves_only = std::holds_alternative<Concat>(signature.operation) ||
                            std::holds_alternative<Pad>(signature.operation);
    const auto computes = [](DType dtype) {
      return dtype == DType::f32 || dtype == DType::f64 || dtype == DType::i64;
    };
    for (const TensorSpec& input : signature.inputs) {
      if (!input.defined) continue;
      if (input.layout != Layout::row_major) return nullptr;
      if (!moves_only && !computes(input.dtype)) return nullptr;
    }
    return std::make_shared<ReferencePlan>(signature);
  }
};

} // namespace

std::unique_ptr<Backend> make_reference_backend() {
  return std::make_unique<ReferenceBackend>();
}

} // namespace mammo
