#pragma once

#include "mammo/core/tensor.hpp"
#include "mammo/nn/state_dict.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mammo::nn {

enum class StateKind : std::uint8_t {
  parameter, ///< learned by gradient descent
  buffer,    ///< kept with the parameters but not learned, such as a norm's statistics
};

/// What a tensor holds before anything is learned; `initialize` (initialization.hpp) fills it in.
enum class Initial : std::uint8_t {
  by_shape, ///< he_normal from rank 2 on; below, 1 for a `weight` or `running_var`, 0 for others
  zeros,
  ones,
  he_normal,      ///< for what a ReLU follows (He et al. 2015)
  xavier_uniform, ///< for what none follows (Glorot and Bengio 2010)
  standard_normal,
};

/// One tensor of a module's state, as seen from that module.
struct StateEntry {
  std::string name; ///< dotted: `layer1.0.conv1.weight`
  Shape shape;
  StateKind kind = StateKind::parameter;
  Tensor tensor; ///< undefined until the module has been given its weights
  bool trainable = false;
  Initial initial = Initial::by_shape;
};

/// A part of a network: it owns tensors and further modules, and knows both by name.
///
/// A derived class holds its children and tensors as members and registers them in its constructor:
///
///     Block::Block() : conv_({.in_channels = 8, .out_channels = 8, .kernel = 3}) {
///       add("conv", conv_);
///       add_parameter("scale", scale_, {8});
///     }
///
/// It is born without weights: only their names and shapes are fixed, no memory is taken, and its `forward`
/// throws until `load_state_dict` (or a function built on it, such as `load_by_formula`) has given it some.
///
/// Copying or moving a module would alias its weights or leave registered addresses behind, so it does
/// neither; `clone(module)` makes a deep copy. Reading and `forward` are safe from several threads at once,
/// changing a module is not.
class Module {
 public:
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  Module(Module&&) = delete;
  Module& operator=(Module&&) = delete;

  /// Every tensor of this module and of those below it, in the order of registration.
  std::vector<StateEntry> state() const;
  std::vector<StateEntry> named_parameters() const;
  std::vector<StateEntry> named_buffers() const;
  /// Elements of all parameters, buffers not counted.
  std::int64_t parameter_count() const;

  /// The tensors by name, sharing memory with the module. Throws TypeError where it has no weights yet.
  StateDict state_dict() const;
  /// Copies the tensors into the module, floating dtypes converted to the module's. Names and shapes must
  /// match exactly, except that a norm's `num_batches_tracked` may be there or not. Throws StateDictError,
  /// and then nothing has changed.
  void load_state_dict(const StateDict& tensors);

  /// f32 at first. Converts the weights; only f32 and f64 compute. Throws TypeError on other dtypes.
  void to(DType dtype);
  DType dtype() const { return dtype_; }

  /// Lets the parameters whose dotted names match `pattern` (name_pattern.hpp) gather gradients, and with
  /// them be changed by an optimiser; `on` false freezes them. At first all are frozen. They stay what they
  /// were made when weights are loaded or converted, which clears their gradients. Throws ArgumentError
  /// where no parameter matches.
  void set_trainable(const std::string& pattern, bool on = true);

  /// Whether layers behave as in training (norms use and update their batch's statistics) or as at inference.
  /// A module starts at inference.
  void train();
  void eval();
  bool training() const { return training_; }

 protected:
  Module() = default;

  /// Registers a child, a member of the derived class. Its name may be dotted. Throws ArgumentError where the
  /// name is empty, taken, or one that a pattern could be.
  void add(std::string name, Module& child);
  void add_parameter(std::string name, Tensor& member, const Shape& shape,
                     Initial initial = Initial::by_shape);
  void add_buffer(std::string name, Tensor& member, const Shape& shape, Initial initial = Initial::by_shape);

 private:
  struct Slot {
    std::string name;
    Tensor* tensor;
    Shape shape;
    StateKind kind;
    Initial initial;
    bool trainable = false;
  };

  void add_slot(Slot slot);
  void check_name(const std::string& name) const;
  void set_training(bool training);
  /// Calls visit(dotted name, slot, module that owns it).
  template <class Self, class Visit>
  static void visit_slots(Self& module, const std::string& prefix, const Visit& visit);

  std::vector<std::pair<std::string, Module*>> children_;
  std::vector<Slot> slots_;
  DType dtype_ = DType::f32;
  bool training_ = false;
};

/// A module of the same configuration, dtype and mode, trainable as it is, with weights of its own. The
/// module's class must give `config()`, from which it can be made.
template <class M>
std::unique_ptr<M> clone(const M& module) {
  auto copy = std::make_unique<M>(module.config());
  copy->to(module.dtype());
  if (module.training()) copy->train();
  const auto entries = module.state();
  for (const StateEntry& entry : entries) {
    if (entry.trainable) copy->set_trainable(entry.name);
  }
  if (!entries.empty() && entries.front().tensor.defined()) copy->load_state_dict(module.state_dict());
  return copy;
}

} // namespace mammo::nn
