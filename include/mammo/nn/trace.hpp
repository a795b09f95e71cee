#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/backend/vocabulary/views.hpp"
#include "mammo/core/tensor.hpp"
#include "mammo/nn/module.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace mammo::nn {

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// What a network does at inference: its inputs in their order -> its outputs by name.
using Forward = std::function<std::vector<NamedTensor>(std::span<const Tensor>)>;

enum class ValueKind : std::uint8_t {
  input,
  state,    ///< a parameter or buffer
  constant, ///< made on the way without a look at the input: a folded weight, a scale
  result,
};

/// A tensor that the network works with.
struct TraceValue {
  ValueKind kind = ValueKind::result;
  /// Of an input, of the state entry, or of the constant: `layer1.0.conv1.weight.folded`, `constant.3`; empty
  /// for a result.
  std::string name;
  TensorSpec spec;
  Tensor tensor; ///< the elements, of state and constants only
};

/// One call of the dispatcher, or one view.
struct TraceStep {
  std::variant<Operation, View> call;
  /// Places in Trace::values; no_value for an input that is left out.
  std::vector<std::size_t> inputs;
  std::vector<std::size_t> outputs;
  /// The layer whose parameters it takes, `layer1.0.conv1`; empty where it takes none.
  std::string layer;
};

/// All that a network did for an example, one step after the other: enough to do it again elsewhere.
struct Trace {
  static constexpr std::size_t no_value = std::numeric_limits<std::size_t>::max();
  struct Output {
    std::string name;
    std::size_t value;
  };

  std::vector<TraceValue> values;
  std::vector<TraceStep> steps;
  std::vector<std::size_t> inputs; ///< places in `values`
  std::vector<Output> outputs;
};

/// Runs `forward` on the examples and writes down what it dispatches on the calling thread. Shapes in it are
/// those of the examples. It runs twice, the second time on other elements, to be sure that only mammo's
/// operations stand between inputs and outputs. Throws ArgumentError where something else does (elements that
/// were looked at, core's own view functions), where the module is in training, and where an output is not
/// among the results.
Trace trace(const Module& module, const Forward& forward, std::span<const NamedTensor> examples);

/// `conv2d`, `reshape`, ...
std::string_view name(const TraceStep& step);
/// "conv2d of layer1.0.conv1"; for a step without a layer "add after layer1.0.conv1".
std::string describe(const Trace& trace, std::size_t step);

/// Floating-point operations, a multiply-add counted as two, of convolutions, transposed convolutions, linear
/// layers and matrix products (attention is two of them). All else counts 0.
std::int64_t flops(const Trace& trace, const TraceStep& step);

struct TraceCost {
  std::int64_t flops = 0;
  /// Of parameters, buffers and constants that the steps read.
  std::int64_t weight_bytes = 0;
  /// Of all results together; views take none.
  std::int64_t result_bytes = 0;
  /// The most that results, outputs included, take at once when each goes after its last use. Inputs, what
  /// backends pack and their workspaces are not in it.
  std::int64_t peak_result_bytes = 0;
};

TraceCost cost(const Trace& trace);

} // namespace mammo::nn
