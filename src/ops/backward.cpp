#include "ops/tape.hpp"

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
  require<ArgumentError>(output.defined() && requires_grad(output),
                         "backward from a tensor that nothing was recorded for");
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

} // namespace mammo
