#include "mammo/ops/gradients_of.hpp"
#include "ops/tape.hpp"

#include <algorithm>
#include <limits>
#include <map>

namespace mammo {
namespace {

// Gradients on their way, by the place of their tensor on the tape. Going down by sequence visits an
// operation only after all that used its result, so that its gradient is complete.
class Pending {
 public:
  void add(const std::shared_ptr<Variable>& variable, Tensor gradient) {
    if (gradient.layout() != variable->layout()) gradient = gradient.to(variable->layout());
    const auto [place, is_first] = waiting_.try_emplace(variable->sequence());
    if (is_first) {
      place->second = {variable, std::move(gradient)};
    } else {
      place->second.gradient = accumulated(std::move(place->second.gradient), gradient);
    }
  }

  bool empty() const { return waiting_.empty(); }

  struct Entry {
    std::shared_ptr<Variable> variable;
    Tensor gradient;
  };
  Entry take_last() {
    const auto last = std::prev(waiting_.end());
    Entry entry = std::move(last->second);
    waiting_.erase(last);
    return entry;
  }

 private:
  std::map<std::uint64_t, Entry> waiting_;
};

Tensor starting_gradient(const Tensor& output, const Tensor& given) {
  if (!given.defined()) {
    require<ShapeError>(output.numel() == 1, "backward from ", output,
                        ", expected one element or a gradient to start from");
    return Tensor::full(output.shape(), 1, {.dtype = output.dtype()});
  }
  require<ShapeError>(given.shape() == output.shape(), "backward from shape ", output.shape(),
                      " with a gradient of shape ", given.shape());
  return given.to(output.dtype());
}

void check_recorded(const Tensor& output) {
  require<ArgumentError>(output.defined() && requires_grad(output),
                         "backward from a tensor that nothing was recorded for");
}

void pass_on(const Pending::Entry& from, bool keep_graph, Pending& pending) {
  Variable& variable = *from.variable;
  std::vector<Tensor> gradients = variable.input_gradients(from.gradient);
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (variable.inputs()[i] && gradients[i].defined()) {
      pending.add(variable.inputs()[i], gradients[i].detached());
      gradients[i] = Tensor();
    }
  }
  if (!keep_graph) variable.release();
}

} // namespace

void backward(const Tensor& output, const BackwardOptions& options) {
  check_recorded(output);
  const GradientMode off(false);
  Pending pending;
  pending.add(Variable::of(output), starting_gradient(output, options.gradient));
  while (!pending.empty()) {
    Pending::Entry entry = pending.take_last();
    entry.gradient = entry.variable->seen_by_hooks(std::move(entry.gradient));
    if (!entry.variable->is_leaf()) {
      pass_on(entry, options.keep_graph, pending);
      continue;
    }
    Tensor& gathered = entry.variable->gradient;
    gathered =
        gathered.defined() ? accumulated(std::move(gathered), entry.gradient) : std::move(entry.gradient);
  }
}

std::vector<Tensor> gradients_of(const Tensor& output, std::span<const Tensor> tensors) {
  check_recorded(output);
  std::vector<std::shared_ptr<Variable>> wanted;
  std::uint64_t earliest = std::numeric_limits<std::uint64_t>::max();
  for (const Tensor& tensor : tensors) {
    require<ArgumentError>(tensor.defined() && requires_grad(tensor),
                           "the gradient of a tensor that is not on the tape");
    wanted.push_back(Variable::of(tensor));
    earliest = std::min(earliest, wanted.back()->sequence());
  }
  const GradientMode off(false);
  std::vector<Tensor> gradients(tensors.size());
  Pending pending;
  pending.add(Variable::of(output), starting_gradient(output, {}));
  while (!pending.empty()) {
    Pending::Entry entry = pending.take_last();
    if (entry.variable->sequence() < earliest) break;
    entry.gradient = entry.variable->seen_by_hooks(std::move(entry.gradient));
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i] == entry.variable) gradients[i] = entry.gradient;
    }
    const bool goes_on = !entry.variable->is_leaf() && entry.variable->sequence() > earliest;
    if (goes_on) pass_on(entry, /*keep_graph=*/false, pending);
  }
  return gradients;
}

Tensor gradient_of(const Tensor& output, const Tensor& tensor) {
  return gradients_of(output, std::span(&tensor, 1)).front();
}

} // namespace mammo
