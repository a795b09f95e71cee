#include "mammo/ops/random.hpp"
#include "ops/tape.hpp"

namespace mammo {
namespace {

// Draws again what was drawn from `position` on, and goes back to where it was.
class Replay {
 public:
  explicit Replay(const Generator& then) : now_(training_generator()) { training_generator() = then; }
  ~Replay() { training_generator() = now_; }
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

 private:
  Generator now_;
};

} // namespace

Tensor checkpoint(const std::function<Tensor(std::span<const Tensor>)>& f, std::span<const Tensor> inputs) {
  if (!gradients_enabled()) return f(inputs);
  const Generator then = training_generator();
  Tensor output;
  {
    const NoGrad off;
    output = f(inputs);
  }
  const std::vector<Tensor> all(inputs.begin(), inputs.end());
  Record operation{.name = "checkpoint", .inputs = all, .saved = all, .gradient = {}};
  operation.gradient = [f, then, count = all.size()](const GradientContext& context) {
    const GradientMode on(true);
    const Replay replay(then);
    std::vector<Tensor> again;
    for (std::size_t i = 0; i < count; ++i) {
      again.push_back(context.saved(i).detached());
      if (context.needs(i)) set_requires_grad(again.back());
    }
    const Tensor result = f(again);
    if (requires_grad(result)) backward(result, {.gradient = context.gradient()});
    std::vector<Tensor> gradients;
    for (const Tensor& input : again) gradients.push_back(grad(input));
    return gradients;
  };
  // Parameters inside f are not among its inputs, so this is recorded whatever these require.
  Tensor recorded = output.detached();
  recorded.set_autograd(std::make_shared<Variable>(output, std::move(operation)));
  return recorded;
}

} // namespace mammo
