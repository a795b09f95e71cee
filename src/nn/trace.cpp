#include "mammo/nn/trace.hpp"

#include "mammo/backend/observer.hpp"
#include "mammo/ops/autograd.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

namespace mammo::nn {
namespace {

const std::byte* first_element(const Tensor& tensor) {
  return visit_dtype(tensor.dtype(),
                     [&]<class T>() { return reinterpret_cast<const std::byte*>(tensor.raw<T>()); });
}

// Two tensors with the same key have the same elements.
std::string key_of(const Tensor& tensor) {
  const StorageStamp stamp = tensor.stamp();
  return concat(stamp.id, ' ', stamp.version, ' ', first_element(tensor) - tensor.storage()->data(), ' ',
                tensor, ' ', tensor.strides());
}

TensorSpec spec_of(const Tensor& tensor) {
  return {tensor.shape(), tensor.dtype(), tensor.layout(), true};
}

std::string layer_of(const std::string& entry) {
  return entry.substr(0, entry.rfind('.')); // a parameter of the module itself stands for itself
}

class Recorder : public OperationObserver {
 public:
  Recorder(const Module& module, std::span<const NamedTensor> examples) {
    for (const StateEntry& entry : module.state()) {
      require<TypeError>(entry.tensor.defined(), "trace of a module without weights (", entry.name,
                         "); load some first");
      state_[key_of(entry.tensor)] = entry.name;
    }
    for (const auto& [name, tensor] : examples) {
      record_.inputs.push_back(add({ValueKind::input, name, spec_of(tensor), {}}, key_of(tensor)));
    }
  }

  // Before it runs: an output may lie over an input.
  void before(const Operation& operation, std::span<const Tensor> inputs) override {
    pending_ = {.call = operation, .inputs = {}, .outputs = {}, .layer = {}};
    for (const Tensor& input : inputs) pending_.inputs.push_back(value_of(input));
  }

  void after(const Operation&, std::span<const Tensor>, std::span<const Tensor> outputs) override {
    finish(std::move(pending_), outputs);
  }

  void viewed(const View& view, const Tensor& x, const Tensor& result) override {
    if (places_.contains(key_of(result))) return; // of all of x, as it is
    finish({.call = view, .inputs = {value_of(x)}, .outputs = {}, .layer = {}}, {&result, 1});
  }

  void derived(const Tensor& parameter, const Tensor& result) override {
    const auto known = state_.find(key_of(parameter));
    if (known != state_.end()) derived_[key_of(result)] = known->second;
  }

  Trace finished(const std::vector<NamedTensor>& outputs) {
    for (const auto& [name, tensor] : outputs) {
      const auto found = places_.find(key_of(tensor));
      require<ArgumentError>(found != places_.end(), "trace: output ", name,
                             " is no operation's result; use the views of mammo::ops");
      record_.outputs.push_back({name, found->second});
    }
    return std::move(record_);
  }

 private:
  std::size_t add(TraceValue value, const std::string& key) {
    record_.values.push_back(std::move(value));
    return places_[key] = record_.values.size() - 1;
  }

  std::size_t value_of(const Tensor& tensor) {
    if (!tensor.defined()) return Trace::no_value;
    const std::string key = key_of(tensor);
    if (const auto found = places_.find(key); found != places_.end()) return found->second;
    if (const auto found = state_.find(key); found != state_.end()) {
      return add({ValueKind::state, found->second, spec_of(tensor), tensor.detached()}, key);
    }
    const auto made_of = derived_.find(key);
    const std::string name =
        made_of != derived_.end() ? made_of->second + ".folded" : concat("constant.", unnamed_constants_++);
    if (made_of != derived_.end()) layers_[record_.values.size()] = layer_of(made_of->second);
    return add({ValueKind::constant, name, spec_of(tensor), tensor.detached()}, key);
  }

  void finish(TraceStep step, std::span<const Tensor> outputs) {
    for (const std::size_t input : step.inputs) {
      if (input == Trace::no_value || !step.layer.empty()) continue;
      const TraceValue& value = record_.values[input];
      if (value.kind == ValueKind::state) step.layer = layer_of(value.name);
      if (const auto found = layers_.find(input); found != layers_.end()) step.layer = found->second;
    }
    for (const Tensor& output : outputs) {
      step.outputs.push_back(add({ValueKind::result, {}, spec_of(output), {}}, key_of(output)));
    }
    record_.steps.push_back(std::move(step));
  }

  Trace record_;
  TraceStep pending_;
  std::map<std::string, std::size_t> places_;  // in record_.values, by key
  std::map<std::string, std::string> state_;   // names, by key
  std::map<std::string, std::string> derived_; // the parameter that it was made of, by key
  std::map<std::size_t, std::string> layers_;  // of derived constants, by place
  std::size_t unnamed_constants_ = 0;
};

Trace record_once(const Module& module, const Forward& forward, std::span<const NamedTensor> examples) {
  std::vector<Tensor> inputs;
  for (const auto& example : examples) inputs.push_back(example.tensor);
  Recorder recorder(module, examples);
  const NoGrad off;
  const ObserverScope scope(recorder);
  return recorder.finished(forward(inputs));
}

// Other elements of the same kind: indices stay as they are, since they must stay in range.
Tensor varied(const Tensor& example) {
  Tensor other = example.plain().clone();
  const auto vary = [](auto values) {
    std::ranges::reverse(values);
    for (auto& value : values)
      value = static_cast<std::remove_reference_t<decltype(value)>>(0.25 + value / 2);
  };
  if (other.dtype() == DType::f32) vary(other.mutable_data<float>());
  if (other.dtype() == DType::f64) vary(other.mutable_data<double>());
  return other;
}

bool same_call(const std::variant<Operation, View>& a, const std::variant<Operation, View>& b) {
  if (a.index() != b.index()) return false;
  if (const View* view = std::get_if<View>(&a)) return *view == std::get<View>(b);
  const auto key = [](const auto& call) {
    return Signature{.operation = std::get<Operation>(call), .inputs = {}}.key();
  };
  return key(a) == key(b);
}

bool same_elements(const Tensor& a, const Tensor& b) {
  if (!a.defined() || key_of(a) == key_of(b)) return true;
  const Tensor left = a.plain();
  const Tensor right = b.plain();
  const auto bytes = static_cast<std::size_t>(left.numel()) * size_of(left.dtype());
  return std::memcmp(first_element(left), first_element(right), bytes) == 0;
}

void check_same(const Trace& a, const Trace& b) {
  const std::size_t count = std::min(a.steps.size(), b.steps.size());
  for (std::size_t i = 0; i < count; ++i) {
    const TraceStep& step = a.steps[i];
    bool same = same_call(step.call, b.steps[i].call) && step.inputs == b.steps[i].inputs &&
                step.outputs == b.steps[i].outputs;
    for (const std::size_t input : step.inputs) {
      if (!same || input == Trace::no_value) continue;
      same = a.values[input].spec == b.values[input].spec &&
             same_elements(a.values[input].tensor, b.values[input].tensor);
    }
    require<ArgumentError>(
        same, "trace: ", describe(a, i),
        " takes what was made of the input's elements by other means than mammo's operations");
  }
  require<ArgumentError>(a.steps.size() == b.steps.size(),
                         "trace: how many operations there are depends on the input's elements");
}

std::int64_t bytes_of(const TensorSpec& spec) {
  return storage_numel(spec.shape, spec.layout) * static_cast<std::int64_t>(size_of(spec.dtype));
}

// The result whose memory a value lies in.
std::vector<std::size_t> owners(const Trace& trace) {
  std::vector<std::size_t> owner(trace.values.size());
  for (std::size_t i = 0; i < owner.size(); ++i) owner[i] = i;
  for (const TraceStep& step : trace.steps) {
    if (std::holds_alternative<View>(step.call)) owner[step.outputs[0]] = owner[step.inputs[0]];
  }
  return owner;
}

std::int64_t peak_of_results(const Trace& trace) {
  const std::vector<std::size_t> owner = owners(trace);
  std::vector<std::size_t> last_use(trace.values.size(), 0);
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    for (const std::size_t input : trace.steps[i].inputs) {
      if (input != Trace::no_value) last_use[owner[input]] = i;
    }
    for (const std::size_t output : trace.steps[i].outputs) last_use[owner[output]] = i;
  }
  for (const auto& output : trace.outputs) last_use[owner[output.value]] = trace.steps.size();
  std::map<std::size_t, std::int64_t> freed_after; // bytes, by step
  std::int64_t now = 0;
  std::int64_t peak = 0;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    for (const std::size_t output : trace.steps[i].outputs) {
      if (owner[output] != output) continue;
      now += bytes_of(trace.values[output].spec);
      freed_after[last_use[output]] += bytes_of(trace.values[output].spec);
    }
    peak = std::max(peak, now);
    now -= freed_after[i];
  }
  return peak;
}

// Multiply-adds, given the specs of the inputs and of the result; 0 for operations that are not counted.
struct MultiplyAdds {
  std::span<const TensorSpec> in;
  const TensorSpec& out;

  // Every output gathers a filter's worth of inputs.
  std::int64_t operator()(const Conv2d&) const { return numel(out.shape) * filter(); }
  // Every input is spread over a filter's worth of outputs.
  std::int64_t operator()(const ConvTranspose2d&) const { return numel(in[0].shape) * filter(); }
  std::int64_t operator()(const Linear&) const { return numel(out.shape) * in[1].shape[1]; }
  std::int64_t operator()(const MatMul& op) const {
    return numel(out.shape) * in[0].shape[op.transpose_a ? -2 : -1];
  }
  template <class Other>
  std::int64_t operator()(const Other&) const {
    return 0;
  }

 private:
  std::int64_t filter() const { return numel(in[1].shape) / in[1].shape[0]; }
};

} // namespace

Trace trace(const Module& module, const Forward& forward, std::span<const NamedTensor> examples) {
  require<ArgumentError>(!module.training(), "trace of a module in training; call eval() first");
  Trace result = record_once(module, forward, examples);
  std::vector<NamedTensor> others;
  for (const auto& [name, tensor] : examples) others.push_back({name, varied(tensor)});
  check_same(result, record_once(module, forward, others));
  return result;
}

std::string_view name(const TraceStep& step) {
  if (const Operation* operation = std::get_if<Operation>(&step.call)) return mammo::name(*operation);
  return std::visit([]<class V>(const V&) { return V::name; }, std::get<View>(step.call));
}

std::string describe(const Trace& trace, std::size_t step) {
  const std::string what(name(trace.steps[step]));
  if (!trace.steps[step].layer.empty()) return what + " of " + trace.steps[step].layer;
  for (std::size_t i = step; i-- > 0;) {
    if (!trace.steps[i].layer.empty()) return what + " after " + trace.steps[i].layer;
  }
  return what + " before the first layer";
}

std::int64_t flops(const Trace& trace, const TraceStep& step) {
  const Operation* operation = std::get_if<Operation>(&step.call);
  if (operation == nullptr) return 0;
  std::vector<TensorSpec> in;
  for (const std::size_t input : step.inputs) {
    in.push_back(input == Trace::no_value ? TensorSpec{.shape = {}, .defined = false}
                                          : trace.values[input].spec);
  }
  return 2 * std::visit(MultiplyAdds{in, trace.values[step.outputs[0]].spec}, *operation);
}

TraceCost cost(const Trace& trace) {
  TraceCost total;
  for (const TraceStep& step : trace.steps) {
    total.flops += flops(trace, step);
    if (std::holds_alternative<View>(step.call)) continue;
    for (const std::size_t output : step.outputs) total.result_bytes += bytes_of(trace.values[output].spec);
  }
  for (const TraceValue& value : trace.values) {
    const bool is_weight = value.kind == ValueKind::state || value.kind == ValueKind::constant;
    if (is_weight) total.weight_bytes += bytes_of(value.spec);
  }
  total.peak_result_bytes = peak_of_results(trace);
  return total;
}

} // namespace mammo::nn
