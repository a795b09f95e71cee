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

/// The first of these choices of layouts for which the library has vector code, else the last: those that
/// take tensors as they come first, the one that leaves everything to the library last. `make` gives the
/// primitive of a choice, empty where there is none.
template <class Choice, class Make>
auto first_fast(const std::vector<Choice>& choices, Make make) {
  for (const Choice& choice : choices) {
    auto primitive = make(choice);
    if (primitive && !is_plain_loop(primitive)) return primitive;
  }
  return make(choices.back());
}

/// Whether a plan is better made in f32: the library has no primitive of this precision, or plain loops.
inline bool is_for_f32(const dnnl::primitive_desc_base& primitive, Precision precision) {
  return precision != Precision::f32 && (!primitive || is_plain_loop(primitive));
}

/// A primitive with what it reads and writes bound to the inputs and outputs of a plan.
///
///   input   a tensor as it comes, reordered into scratch memory where the primitive wants another layout
///   weight  a tensor whose reordered form is kept with its storage until the storage changes
///   output  a tensor written in place, or reordered from scratch memory where the primitive writes another
///           layout
///
/// Scratch memory holds, in this order, what is reordered and the primitive's own.
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
  /// Without `keep_packed` the tensor is an input like others: it changes between calls.
  void bind_weight(int argument, std::size_t index, const dnnl::memory::desc& given,
                   const dnnl::memory::desc& wanted, bool keep_packed);
  /// `written`: how the primitive writes the tensor; `wanted`: how it lies in memory.
  void bind_output(int argument, std::size_t index, const dnnl::memory::desc& written,
                   const dnnl::memory::desc& wanted);
  void bind_output(int argument, std::size_t index, const dnnl::memory::desc& desc) {
    bind_output(argument, index, desc, desc);
  }

  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  std::size_t workspace_bytes() const override { return reordered_bytes_ + scratchpad_.get_size(); }
  void run(std::span<const Tensor> inputs, std::span<Tensor> outputs, std::byte* workspace) const override;

 private:
  enum class Role : std::uint8_t { input, weight, output };

  struct Binding {
    Role role;
    int argument;
    std::size_t index;
    dnnl::memory::desc tensor;    // how the tensor lies in memory
    dnnl::memory::desc primitive; // how the primitive reads or writes it
    dnnl::primitive reorder;      // empty where these are the same
    std::size_t offset = 0;       // in the workspace, of what the primitive reads or writes there
    std::string key;              // of the packed weight
  };

  void add(Role role, int argument, std::size_t index, const dnnl::memory::desc& tensor,
           const dnnl::memory::desc& primitive);
  dnnl::memory bind(const Binding& binding, std::span<const Tensor> inputs, std::span<Tensor> outputs,
                    std::byte* workspace) const;
  dnnl::memory packed(const Binding& binding, const Tensor& weight) const;

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

PlanPointer plan(const ConvTranspose2d& operation, const Signature& signature,
                 std::vector<TensorSpec> outputs);
PlanPointer plan(const ConvWeightGradient& operation, const Signature& signature,
                 std::vector<TensorSpec> outputs);
PlanPointer plan(const MatMul& operation, const Signature& signature, std::vector<TensorSpec> outputs);

} // namespace mammo::onednn
