#pragma once

#include "mammo/backend/backend.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mammo {

/// How operations are carried out.
struct ExecutionOptions {
  /// Asked first; what it lacks falls to cpu, onednn and reference in that order. "auto" starts with cpu.
  std::string backend = "auto";
  /// Never use reference (unless it is the backend named): throw NotImplemented instead. It still takes what
  /// the others leave of operations on tensors without elements, where there is nothing to compute.
  bool strict = false;
  /// Same bits for the same build, instruction set and thread count.
  bool deterministic = true;
  /// bf16 only where has_bf16() (isa.hpp); operations that have no such plan run in f32.
  Precision precision = Precision::f32;

  bool operator==(const ExecutionOptions&) const = default;
};

/// The calling thread's options: those of its innermost ExecutionScope, else the process's default.
ExecutionOptions execution_options();
/// The default for the whole process. Throws ArgumentError on a backend that is not registered, and on bf16
/// where the CPU has no instructions for it.
void set_execution_options(const ExecutionOptions& options);

/// Sets the calling thread's options while it lives. Throws what set_execution_options throws.
class ExecutionScope {
 public:
  explicit ExecutionScope(const ExecutionOptions& options);
  ~ExecutionScope();
  ExecutionScope(const ExecutionScope&) = delete;
  ExecutionScope& operator=(const ExecutionScope&) = delete;

 private:
  std::unique_ptr<ExecutionOptions> options_;
  const ExecutionOptions* outer_;
};

/// Registered backends, in the order in which "auto" asks them.
std::vector<std::string> backend_names();
/// The registered backend of this name, or null: to ask it what it has plans for.
std::shared_ptr<const Backend> find_backend(std::string_view name);
/// Adds a backend, to be asked before those registered earlier; plans made so far are forgotten. Throws
/// ArgumentError where its name is taken.
void register_backend(std::unique_ptr<Backend> backend);

/// Runs an operation: finds or makes a plan, allocates outputs and workspace, runs. An optional input that is
/// left out is an undefined Tensor. Outputs come in the layout that the plan chose. Where no backend takes
/// the layouts of the inputs, their row-major twins are used; a backend asked for by name is offered these
/// before another is asked. Throws what infer_outputs throws, and NotImplemented.
std::vector<Tensor> dispatch(const Operation& operation, std::span<const Tensor> inputs);
/// The same for operations with one output.
Tensor dispatch_one(const Operation& operation, std::span<const Tensor> inputs);
/// The same into tensors that exist. They may be inputs where the operation allows it: Binary, Unary and the
/// optimisers' steps may write over an input of the result's shape. Throws ShapeError on another shape.
void dispatch_into(const Operation& operation, std::span<const Tensor> inputs, std::span<Tensor> outputs);

/// Plans made and kept. The least recently used goes when `capacity` (default 1024) is reached.
struct PlanCacheStatistics {
  std::size_t size = 0;
  std::size_t hits = 0;
  std::size_t misses = 0;
};
PlanCacheStatistics plan_cache_statistics();
void set_plan_cache_capacity(std::size_t capacity);
void clear_plan_cache();

} // namespace mammo
