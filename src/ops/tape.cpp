#include "ops/tape.hpp"

#include "mammo/backend/dispatch.hpp"

#include <algorithm>
#include <array>
#include <atomic>

namespace mammo {
namespace {

thread_local bool recording = true;

std::uint64_t next_sequence() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

using Edges = std::vector<std::shared_ptr<Variable>>;

} // namespace

Variable::Variable(const Tensor& leaf)
    : is_leaf_(true),
      shape_(leaf.shape()),
      dtype_(leaf.dtype()),
      layout_(leaf.layout()),
      sequence_(next_sequence()) {}

Variable::Variable(const Tensor& output, Record operation)
    : is_leaf_(false),
      shape_(output.shape()),
      dtype_(output.dtype()),
      layout_(output.layout()),
      sequence_(next_sequence()),
      name_(std::move(operation.name)),
      function_(std::move(operation.gradient)) {
  for (const Tensor& input : operation.inputs) {
    inputs_.push_back(requires_grad(input) ? of(input) : nullptr);
  }
  // What is saved is seen apart from the tape: a result that kept its own record would never go.
  for (const Tensor& tensor : operation.saved) {
    if (tensor.defined()) {
      saved_.push_back({tensor.detached(), tensor.stamp()});
    } else {
      saved_.push_back({});
    }
  }
}

// A tape may be longer than the stack is deep, so records do not destroy each other recursively.
Variable::~Variable() {
  Edges going = std::move(inputs_);
  while (!going.empty()) {
    const std::shared_ptr<Variable> last = std::move(going.back());
    going.pop_back();
    if (!last || last.use_count() > 1) continue;
    std::ranges::move(last->inputs_, std::back_inserter(going));
    last->inputs_.clear();
  }
}

Tensor Variable::seen_by_hooks(Tensor complete) const {
  for (const GradientHook& hook : hooks_) {
    const Tensor changed = hook(complete);
    if (!changed.defined()) continue;
    require<ShapeError>(changed.shape() == shape_, "a hook made a gradient of shape ", changed.shape(),
                        ", expected ", shape_);
    complete = changed.detached();
  }
  return complete;
}

std::vector<Tensor> Variable::input_gradients(const Tensor& output_gradient) const {
  require<ArgumentError>(!released_, "backward through ", name_,
                         " a second time: what it had saved is gone; give keep_graph the first time");
  std::vector<Tensor> saved;
  for (const auto& [tensor, stamp] : saved_) {
    require<ArgumentError>(!tensor.defined() || tensor.stamp() == stamp, name_, " needs ", tensor,
                           " for its gradient, but it has been changed in place since (version ",
                           tensor.defined() ? tensor.stamp().version : 0, ", expected ", stamp.version, ")");
    saved.push_back(tensor);
  }
  std::vector<bool> needs;
  for (const auto& input : inputs_) needs.push_back(input != nullptr);
  const GradientMode off(false);
  std::vector<Tensor> gradients = function_({saved, output_gradient, needs});
  require<ArgumentError>(gradients.size() == inputs_.size(), name_, " gave ", gradients.size(),
                         " gradients, expected ", inputs_.size());
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Tensor& made = gradients[i];
    if (inputs_[i] == nullptr || !made.defined()) continue;
    require<ShapeError>(made.shape() == inputs_[i]->shape_, name_, " gave input ", i, " a gradient of shape ",
                        made.shape(), ", expected ", inputs_[i]->shape_);
    require<TypeError>(made.dtype() == inputs_[i]->dtype_, name_, " gave input ", i, " a gradient of ",
                       made.dtype(), ", expected ", inputs_[i]->dtype_);
  }
  return gradients;
}

void Variable::release() {
  released_ = true;
  saved_.clear();
  function_ = nullptr;
  inputs_.clear();
}

bool gradients_enabled() {
  return recording;
}

GradientMode::GradientMode(bool enabled) : outer_(recording) {
  recording = enabled;
}

GradientMode::~GradientMode() {
  recording = outer_;
}

bool requires_grad(const Tensor& tensor) {
  return tensor.autograd() != nullptr;
}

void set_requires_grad(Tensor& tensor, bool on) {
  require<TypeError>(tensor.defined() && is_floating(tensor.dtype()), "gradients of ", tensor,
                     ", expected a floating dtype");
  const auto variable = Variable::of(tensor);
  require<ArgumentError>(!variable || variable->is_leaf(),
                         "set_requires_grad of a recorded result, expected a leaf; detach() it first");
  if (on == (variable != nullptr)) return;
  tensor.set_autograd(on ? std::make_shared<Variable>(tensor) : nullptr);
}

Tensor grad(const Tensor& leaf) {
  const auto variable = Variable::of(leaf);
  return variable ? variable->gradient : Tensor();
}

void set_grad(const Tensor& leaf, const Tensor& gradient) {
  const auto variable = Variable::of(leaf);
  require<ArgumentError>(variable && variable->is_leaf(), "the gradient of a tensor that is no leaf");
  require<ShapeError>(!gradient.defined() || gradient.shape() == leaf.shape(), "a gradient of shape ",
                      gradient.shape(), ", expected ", leaf.shape());
  variable->gradient = gradient.detached();
}

void add_gradient_hook(const Tensor& tensor, GradientHook hook) {
  const auto variable = Variable::of(tensor);
  require<ArgumentError>(variable != nullptr, "a gradient hook on a tensor that requires no gradients");
  variable->add_hook(std::move(hook));
}

bool is_recording(std::span<const Tensor> inputs) {
  return recording && std::ranges::any_of(inputs, requires_grad);
}

Tensor record(const Tensor& output, Record operation) {
  if (!is_recording(operation.inputs)) return output;
  Tensor recorded = output.detached();
  recorded.set_autograd(std::make_shared<Variable>(output, std::move(operation)));
  return recorded;
}

Tensor accumulated(Tensor a, const Tensor& b) {
  const Binary add{.kind = BinaryKind::add};
  // This handle and, perhaps, nobody else's.
  const bool is_own = a.storage().use_count() == 1 && a.layout() == b.layout() &&
                      (a.layout() != Layout::row_major || a.is_contiguous());
  if (!is_own) return dispatch_one(add, std::array{a, b});
  Tensor sum = a;
  dispatch_into(add, std::array{a, b}, std::span(&sum, 1));
  return sum;
}

} // namespace mammo
