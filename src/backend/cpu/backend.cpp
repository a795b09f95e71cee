#include "backend/cpu/plans.hpp"
#include "mammo/core/isa.hpp"

#include <algorithm>

namespace mammo {
namespace {

template <class Operation>
concept planned = requires(const Operation& operation, const Signature& signature) {
  cpu::plan(operation, signature, std::vector<TensorSpec>{});
};

bool is_empty(const TensorSpec& spec) {
  return spec.defined && numel(spec.shape) == 0;
}

class CpuBackend final : public Backend {
 public:
  std::string_view name() const override { return "cpu"; }

  std::shared_ptr<const Plan> plan(const Signature& signature) const override {
    if (std::ranges::any_of(signature.inputs, is_empty)) return nullptr;
    // infer_outputs lets another dtype stand beside f32 for indices, seeds and settings only.
    const auto first = std::ranges::find_if(signature.inputs, &TensorSpec::defined);
    if (first == signature.inputs.end() || first->dtype != DType::f32) return nullptr;
    return std::visit(
        [&]<class Operation>(const Operation& operation) -> std::shared_ptr<const Plan> {
          if constexpr (planned<Operation>) {
            auto outputs = infer_outputs(operation, signature.inputs);
            if (std::ranges::any_of(outputs, is_empty)) return nullptr;
            return cpu::plan(operation, signature, std::move(outputs));
          } else {
            return nullptr;
          }
        },
        signature.operation);
  }
};

} // namespace

const kernels::VectorKernels& cpu::vector_kernels() {
#if defined(__x86_64__)
  static const kernels::VectorKernels& widest = isa() >= Isa::avx512 ? kernels::avx512_kernels
                                                : isa() >= Isa::avx2 ? kernels::avx2_kernels
                                                                     : kernels::baseline_kernels;
  return widest;
#else
  return kernels::baseline_kernels;
#endif
}

std::unique_ptr<Backend> make_cpu_backend() {
  return std::make_unique<CpuBackend>();
}

} // namespace mammo
