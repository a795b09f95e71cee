#pragma once

#include "backend/onednn/layouts.hpp"
#include "mammo/backend/backend.hpp"

#include <memory>
#include <string>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

namespace mammo::onednn {

const dnnl::engine& engine();

/// Attributes that every primitive here is made with: scratch memory is passed in at each call.
dnnl::primitive_attr attributes();

/// Whether the library would run this by its plain loops, which no vector instructions help.
bool is_plain_loop(const dnnl::primitive_desc_base& primitive);

/// A primitive with what it reads and writes bound to the inputs and outputs of a plan.
///
///   input   a tensor as it comes, reordered into scratch memory where the primitive wants another layout
///   weight  a tensor whose reordered form is kept with its storage until the storage changes
///   output  a tensor written in place
///
/// Scratch memory holds, in this order, the reordered inputs and the primitive's own.
class PrimitivePlan final : public Plan {
 public:
  PrimitivePlan(const dnnl::primitive_desc_base& primitive, const Signature& signature,
                std::vector<TensorSpec> outputs);

  /// `given`: how the tensor lies in memory; `wanted`: how the primitive reads it.
  void bind_input(int argument, std::size_t index, const dnnl::memory::desc& given,
                  const dnnl::memory::desc& wanted);
  void bind_input(int argument, std::size_t index, const dnnl::memory::desc& given) {
    bind_input(argument, index, given, given);
  }
  void bind_weight(int argument, std::size_t index, const dnnl::memory::desc& given,
                   const dnnl::memory::desc& wanted);
  void bind_output(int argument, std::size_t index, const dnnl::memory::desc& desc);

  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  std::size_t workspace_bytes() const override { return reordered_bytes_ + scratchpad_.get_size(); }
  void run(std::span<const Tensor> inputs, std::span<Tensor> outputs, std::byte* workspace) const override;

 private:
  enum class Role : std::uint8_t { input, weight, output };

  struct Binding {
    Role role;
    int argument;
    std::size_t index;
    dnnl::memory::desc given;
    dnnl::memory::desc wanted;
    dnnl::primitive reorder; // empty where the primitive takes the tensor as it is given
    std::size_t offset = 0;  // of the reordered input in the workspace
    std::string key;         // of the packed weight
  };

  dnnl::memory bind(const Binding& binding, std::span<const Tensor> inputs, std::span<Tensor> outputs,
                    std::byte* workspace) const;

  dnnl::primitive primitive_;
  dnnl::memory::desc scratchpad_;
  std::vector<Binding> bindings_;
  std::vector<TensorSpec> outputs_;
  std::size_t reordered_bytes_ = 0;
  std::string operation_;
  int threads_;
};

using PlanPointer = std::shared_ptr<const Plan>;

// Plans for one kind of operation each; null where oneDNN has none or means something else by it. `outputs`
// are those of infer_outputs, all of them and all inputs f32 and none empty.
PlanPointer plan(const Conv2d& operation, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Linear& operation, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const BatchNorm& operation, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Pool2d& operation, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Interpolate2d& operation, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Concat& operation, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Unary& operation, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Binary& operation, const Signature& signature, std::vector<TensorSpec> outputs);
PlanPointer plan(const Reduce& operation, const Signature& signature, std::vector<TensorSpec> outputs);

} // namespace mammo::onednn
