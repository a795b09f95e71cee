#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/core/tensor.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace mammo {

/// One operation, prepared for one signature. Immutable and re-entrant: one plan may run in several threads
/// at once, each with its own outputs and workspace.
class Plan {
 public:
  virtual ~Plan() = default;

  /// What `run` fills, in the layouts that this plan writes.
  virtual const std::vector<TensorSpec>& outputs() const = 0;
  /// Bytes of scratch memory, aligned to 64, that `run` needs.
  virtual std::size_t workspace_bytes() const { return 0; }
  /// Inputs match the signature, dense in their layouts; outputs are of `outputs()` and uninitialised, and
  /// share no memory with the inputs, except that an output of Unary, Binary or an optimiser's step may be an
  /// input of its shape and layout.
  virtual void run(std::span<const Tensor> inputs, std::span<Tensor> outputs, std::byte* workspace) const = 0;
};

/// Something that computes operations. `plan` may be called from several threads at once.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual std::string_view name() const = 0;
  /// A plan for this signature, or null where this backend has none: another dtype, a layout it does not
  /// take, an operation it lacks. Shapes have been checked by `infer_outputs`.
  virtual std::shared_ptr<const Plan> plan(const Signature& signature) const = 0;
};

/// Every operation, plainly: f32 and f64, sums in f64, row_major. Defines what is right.
std::unique_ptr<Backend> make_reference_backend();
/// Our own kernels for what oneDNN lacks or does slowly.
std::unique_ptr<Backend> make_cpu_backend();
/// oneDNN's primitives; null where it was left out of the build.
std::unique_ptr<Backend> make_onednn_backend();

} // namespace mammo
