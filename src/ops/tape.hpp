#pragma once

#include "mammo/ops/autograd.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mammo {

/// A vertex of the tape: a leaf, which gathers a gradient, or the result of a recorded operation, which hands
/// its own on to the operation's inputs. Every handle to the tensor shares it.
class Variable final : public AutogradMeta {
 public:
  /// A leaf.
  explicit Variable(const Tensor& leaf);
  /// The result of an operation.
  Variable(const Tensor& output, Record operation);
  ~Variable() override;

  static std::shared_ptr<Variable> of(const Tensor& tensor) {
    return std::static_pointer_cast<Variable>(tensor.autograd());
  }

  bool is_leaf() const { return is_leaf_; }
  const Shape& shape() const { return shape_; }
  /// Of the tensor, and so of its gradients: what works on both finds them alike.
  Layout layout() const { return layout_; }
  /// Grows along the tape: an operation's is above those of all its inputs.
  std::uint64_t sequence() const { return sequence_; }
  const std::vector<std::shared_ptr<Variable>>& inputs() const { return inputs_; }
  const std::string& name() const { return name_; }

  /// Runs the hooks on a complete gradient.
  Tensor seen_by_hooks(Tensor gradient) const;
  void add_hook(GradientHook hook) { hooks_.push_back(std::move(hook)); }

  /// The inputs' gradients; undefined for inputs outside the tape. Throws ArgumentError where a saved tensor
  /// was changed or has been let go.
  std::vector<Tensor> input_gradients(const Tensor& gradient) const;
  /// Lets go of everything that input_gradients needs.
  void release();

  /// Of a leaf.
  Tensor gradient;

 private:
  struct Saved {
    Tensor tensor;
    StorageStamp stamp;
  };

  bool is_leaf_;
  bool released_ = false;
  Shape shape_;
  DType dtype_;
  Layout layout_;
  std::uint64_t sequence_;
  std::string name_;
  std::vector<std::shared_ptr<Variable>> inputs_; // null for what needs no gradient
  std::vector<Saved> saved_;
  GradientFunction function_;
  std::vector<GradientHook> hooks_;
};

/// a + b, written over `a` where nobody else can see it.
Tensor accumulated(Tensor a, const Tensor& b);

} // namespace mammo
