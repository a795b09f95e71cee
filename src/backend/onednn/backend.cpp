#include "backend/onednn/primitive.hpp"
#include "backend/onednn/threads.hpp"
#include "mammo/core/isa.hpp"

#include <algorithm>
#include <cstdlib>

namespace mammo {
namespace {

// What the library has no primitive for, or means something else by.
template <class Operation>
concept planned = requires(const Operation& operation, const Signature& signature) {
  onednn::plan(operation, signature, std::vector<TensorSpec>{});
};

bool is_whole_f32(const TensorSpec& spec) {
  return !spec.defined || (spec.dtype == DType::f32 && numel(spec.shape) > 0);
}

class OnednnBackend final : public Backend {
 public:
  OnednnBackend() {
    cap_isa();
    onednn::follow_thread_budget();
  }

  std::string_view name() const override { return "onednn"; }

  std::shared_ptr<const Plan> plan(const Signature& signature) const override {
    if (!std::ranges::all_of(signature.inputs, is_whole_f32)) return nullptr;
    auto plan = plan_in_precision(signature);
    if (plan || signature.precision == Precision::f32) return plan;
    Signature precise = signature;
    precise.precision = Precision::f32;
    return plan_in_precision(precise);
  }

 private:
  // The library reads its cap once, at its first use; only a cap of ours overrides one of its own.
  static void cap_isa() {
    if (std::getenv("MAMMO_MAX_ISA") == nullptr || isa() == Isa::avx512) return;
    dnnl::set_max_cpu_isa(isa() == Isa::avx2 ? dnnl::cpu_isa::avx2 : dnnl::cpu_isa::sse41);
  }

  static std::shared_ptr<const Plan> plan_in_precision(const Signature& signature) {
    return std::visit([&](const auto& operation) { return plan_operation(operation, signature); },
                      signature.operation);
  }

  template <class Operation>
  static std::shared_ptr<const Plan> plan_operation(const Operation& operation, const Signature& signature) {
    if constexpr (planned<Operation>) {
      std::vector<TensorSpec> outputs = infer_outputs(operation, signature.inputs);
      if (!std::ranges::all_of(outputs, is_whole_f32)) return nullptr;
      const onednn::LibraryThreads threads(signature.threads);
      try {
        return onednn::plan(operation, signature, std::move(outputs));
      } catch (const dnnl::error& error) {
        if (error.status == dnnl_out_of_memory) throw OutOfMemory(concat("onednn ", Operation::name));
        if (error.status == dnnl_unimplemented || error.status == dnnl_invalid_arguments) return nullptr;
        throw Error(concat("onednn ", Operation::name, ": ", error.what(), " (status ", error.status, ")"));
      }
    }
    return nullptr;
  }
};

} // namespace

std::unique_ptr<Backend> make_onednn_backend() {
  return std::make_unique<OnednnBackend>();
}

} // namespace mammo
