#pragma once

#include "mammo/core/tensor.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace mammo {

// Reverse-mode differentiation on an eager tape. Operations on a tensor that requires gradients are recorded
// as they run; `backward` walks the records from a result to the leaves and leaves d result / d leaf with
// each of them:
//
//     Tensor w = Tensor::from({2.0F}, {1});
//     set_requires_grad(w);
//     backward(sum(multiply(w, w)));
//     grad(w); // 4
//
// A record lives as long as its result. What it saved of its inputs and results is let go when its gradient
// has been computed. One thread records and goes backward; different threads may do so with tapes of their
// own.

/// Whether the calling thread records. It does at first.
bool gradients_enabled();

/// Switches recording off (or on) for the calling thread while it lives: at inference nothing is kept.
class GradientMode {
 public:
  explicit GradientMode(bool enabled);
  ~GradientMode();
  GradientMode(const GradientMode&) = delete;
  GradientMode& operator=(const GradientMode&) = delete;

 private:
  bool outer_;
};
struct NoGrad : GradientMode {
  NoGrad() : GradientMode(false) {}
};

/// Whether the tensor is a leaf that was asked to keep gradients, or was computed from one while recording.
bool requires_grad(const Tensor& tensor);
/// Makes a tensor a leaf that keeps gradients, or an ordinary one again. Copies of the handle made before are
/// not concerned. Throws TypeError on a tensor that is not floating, ArgumentError on a recorded result.
void set_requires_grad(Tensor& tensor, bool on = true);
/// The gradient gathered by a leaf so far; undefined where there is none.
Tensor grad(const Tensor& leaf);
/// Sets the gathered gradient; an undefined one clears it. Throws ArgumentError on a tensor that is no leaf,
/// ShapeError on another shape.
void set_grad(const Tensor& leaf, const Tensor& gradient);
/// The same elements, apart from the tape.
inline Tensor detach(const Tensor& tensor) {
  return tensor.detached();
}

struct BackwardOptions {
  /// d loss / d output; may be left out where the output has one element: 1.
  Tensor gradient{};
  /// Keeps what was saved, so that backward can run through these records again.
  bool keep_graph = false;
};

/// Adds d output / d leaf to the gradient of every leaf that `output` was computed from. Throws ArgumentError
/// where nothing was recorded, where a record has been used up by an earlier backward, or where a tensor that
/// was saved has been changed in place since; ShapeError where a gradient must be given.
void backward(const Tensor& output, const BackwardOptions& options = {});

/// Sees the gradient of a tensor when it is complete, and may return another in its place (undefined: keeps
/// it). Hooks run in the order in which they were added.
using GradientHook = std::function<Tensor(const Tensor& gradient)>;
/// Throws ArgumentError on a tensor that requires no gradients.
void add_gradient_hook(const Tensor& tensor, GradientHook hook);

/// What a gradient function may look at when it runs.
class GradientContext {
 public:
  GradientContext(std::span<const Tensor> saved, const Tensor& gradient, std::vector<bool> needs)
      : saved_(saved), gradient_(gradient), needs_(std::move(needs)) {}

  /// The tensors given to `record`, in that order.
  std::span<const Tensor> saved() const { return saved_; }
  const Tensor& saved(std::size_t i) const { return saved_[i]; }
  /// d loss / d output, of the output's shape, in any layout.
  const Tensor& gradient() const { return gradient_; }
  /// Whether anybody wants the gradient of input i. Work for others can be left out.
  bool needs(std::size_t i) const { return needs_[i]; }

 private:
  std::span<const Tensor> saved_;
  const Tensor& gradient_;
  std::vector<bool> needs_;
};

/// d loss / d input for every input, each of its input's shape; undefined where not needed.
using GradientFunction = std::function<std::vector<Tensor>(const GradientContext&)>;

struct Record {
  std::string name;           ///< for messages
  std::vector<Tensor> inputs; ///< undefined ones count, and get no gradient
  std::vector<Tensor> saved;  ///< what `gradient` will look at
  GradientFunction gradient;
};

/// Whether the calling thread records and one of the tensors requires gradients.
bool is_recording(std::span<const Tensor> inputs);
/// `output` as the result of an operation of one's own; itself where nothing is to be recorded. Everything in
/// ops is recorded through here.
Tensor record(const Tensor& output, Record operation);

/// f(inputs), recorded as one operation that saves only its inputs: going backward runs f once more, this
/// time recording (Chen et al. 2016). Saves memory for time. f must compute the same again: what it draws
/// from training_generator() it is given again, other state is its own affair. Parameters that f captures get
/// their gradients too.
Tensor checkpoint(const std::function<Tensor(std::span<const Tensor>)>& f, std::span<const Tensor> inputs);

} // namespace mammo
