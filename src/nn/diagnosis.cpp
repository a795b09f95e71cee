#include "mammo/nn/diagnosis.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>

namespace mammo::nn {
namespace {

bool is_finite(const Tensor& tensor) {
  if (!tensor.defined() || (tensor.dtype() != DType::f32 && tensor.dtype() != DType::f64)) return true;
  const Tensor plain = tensor.detached().plain();
  const auto all_finite = [](auto values) {
    return std::ranges::all_of(values, [](auto value) { return std::isfinite(value); });
  };
  return plain.dtype() == DType::f64 ? all_finite(plain.data<double>()) : all_finite(plain.data<float>());
}

std::string place(const std::string& layer, bool is_after) {
  if (layer.empty()) return " before the first layer";
  return (is_after ? " after " : " of ") + layer;
}

// Knows an operation's layer by the memory of the parameters among its inputs.
class Layers {
 public:
  explicit Layers(const Module& module) {
    for (const StateEntry& entry : module.state()) {
      if (entry.tensor.defined()) names_[entry.tensor.stamp().id] = entry.name;
    }
  }

  /// Empty for a tensor that is none of the module's.
  std::string name_of(const Tensor& tensor) const {
    const auto found = tensor.defined() ? names_.find(tensor.stamp().id) : names_.end();
    return found == names_.end() ? std::string() : found->second;
  }

  /// Looks at the next operation.
  void see(std::span<const Tensor> inputs) {
    is_after_ = true;
    for (const Tensor& input : inputs) {
      const std::string name = name_of(input);
      if (name.empty()) continue;
      layer_ = name.substr(0, name.rfind('.')); // a parameter of the module itself stands for itself
      is_after_ = false;
      return;
    }
  }

  const std::string& layer() const { return layer_; }
  bool is_after() const { return is_after_ && !layer_.empty(); }

 private:
  std::map<std::uint64_t, std::string> names_; // by storage
  std::string layer_;
  bool is_after_ = true;
};

class NonFiniteSearch : public OperationObserver {
 public:
  explicit NonFiniteSearch(const Module& module) : layers_(module) {}

  void before(const Operation&, std::span<const Tensor> inputs) override { layers_.see(inputs); }

  void after(const Operation& operation, std::span<const Tensor> inputs,
             std::span<const Tensor> outputs) override {
    if (found) return;
    // A fused ReLU may make a number of NaN, so a parameter is looked at too.
    const auto cause = std::ranges::find_if_not(inputs, is_finite);
    const bool from_outside = cause != inputs.end();
    const std::string parameter = from_outside ? layers_.name_of(*cause) : std::string();
    if (parameter.empty() && std::ranges::all_of(outputs, is_finite)) return;
    found = {.operation = std::string(name(operation)),
             .layer = layers_.layer(),
             .is_after = layers_.is_after(),
             .cause = from_outside && parameter.empty() ? "an input of the network" : parameter};
  }

  std::optional<NonFinite> found;

 private:
  Layers layers_;
};

class OutOfMemoryNamer : public OperationObserver {
 public:
  explicit OutOfMemoryNamer(const Module& module) : layers_(module) {}

  void before(const Operation&, std::span<const Tensor> inputs) override { layers_.see(inputs); }

  void failed(const Operation& operation, std::span<const Tensor>, const std::exception_ptr& why) override {
    try {
      std::rethrow_exception(why);
    } catch (const OutOfMemory& error) {
      throw OutOfMemory(
          concat(name(operation), place(layers_.layer(), layers_.is_after()), ": ", error.what()));
    } catch (...) { // goes on as it is
    }
  }

 private:
  Layers layers_;
};

} // namespace

std::string NonFinite::message() const {
  const std::string why = cause.empty() ? ", made of finite ones" : ": " + cause + " was given so";
  return concat(operation, place(layer, is_after), " is the first operation with numbers that are not finite",
                why);
}

std::optional<NonFinite> first_non_finite(const Module& module, const std::function<void()>& run) {
  NonFiniteSearch search(module);
  {
    const ObserverScope scope(search);
    run();
  }
  return search.found;
}

NameFailingLayer::NameFailingLayer(const Module& module)
    : observer_(std::make_unique<OutOfMemoryNamer>(module)), scope_(*observer_) {}

NameFailingLayer::~NameFailingLayer() = default;

} // namespace mammo::nn
