#include "mammo/nn/module.hpp"

#include "mammo/nn/name_pattern.hpp"
#include "mammo/ops/autograd.hpp"

#include <algorithm>

namespace mammo::nn {
namespace {

// PyTorch's norms count their batches in a buffer that inference has no use for.
constexpr std::string_view batch_counter = "num_batches_tracked";

bool is_batch_counter(const std::string& name, const std::vector<StateEntry>& entries) {
  if (!name.ends_with(batch_counter)) return false;
  const std::string statistics = name.substr(0, name.size() - batch_counter.size()) + "running_mean";
  return std::ranges::find(entries, statistics, &StateEntry::name) != entries.end();
}

std::string misfit(const StateEntry& entry, const Tensor& given) {
  if (!given.defined()) return concat(entry.name, " is undefined");
  if (given.shape() != entry.shape) {
    return concat(entry.name, " is ", given.shape(), ", expected ", entry.shape);
  }
  return concat(entry.name, " is ", given.dtype(), ", expected a floating type");
}

} // namespace

template <class Self, class Visit>
void Module::visit_slots(Self& module, const std::string& prefix, const Visit& visit) {
  for (auto& slot : module.slots_) visit(prefix + slot.name, slot, module);
  for (const auto& [name, child] : module.children_) {
    Self& below = *child;
    visit_slots(below, prefix + name + '.', visit);
  }
}

std::vector<StateEntry> Module::state() const {
  std::vector<StateEntry> entries;
  visit_slots(*this, "", [&](std::string name, const Slot& slot, const Module&) {
    entries.push_back({std::move(name), slot.shape, slot.kind, *slot.tensor, slot.trainable, slot.initial});
  });
  return entries;
}

std::vector<StateEntry> Module::named_parameters() const {
  auto entries = state();
  std::erase_if(entries, [](const StateEntry& entry) { return entry.kind != StateKind::parameter; });
  return entries;
}

std::vector<StateEntry> Module::named_buffers() const {
  auto entries = state();
  std::erase_if(entries, [](const StateEntry& entry) { return entry.kind != StateKind::buffer; });
  return entries;
}

std::int64_t Module::parameter_count() const {
  std::int64_t count = 0;
  for (const auto& entry : named_parameters()) count += numel(entry.shape);
  return count;
}

StateDict Module::state_dict() const {
  StateDict tensors;
  for (auto& entry : state()) {
    require<TypeError>(entry.tensor.defined(), "state dict of a module without weights (", entry.name,
                       "); load some first");
    tensors.emplace(std::move(entry.name), std::move(entry.tensor));
  }
  return tensors;
}

void Module::load_state_dict(const StateDict& tensors) {
  const std::vector<StateEntry> entries = state();
  std::vector<std::string> missing;
  std::vector<std::string> unexpected;
  std::vector<std::string> misfits;
  StateDict found;
  for (const StateEntry& entry : entries) {
    const auto given = tensors.find(entry.name);
    if (given == tensors.end()) {
      missing.push_back(entry.name);
      continue;
    }
    const Tensor& tensor = given->second;
    if (!tensor.defined() || tensor.shape() != entry.shape || !is_floating(tensor.dtype())) {
      misfits.push_back(misfit(entry, tensor));
    }
    found.insert(*given);
  }
  for (const auto& [name, tensor] : tensors) {
    if (!found.contains(name) && !is_batch_counter(name, entries)) unexpected.push_back(name);
  }
  if (!missing.empty() || !unexpected.empty() || !misfits.empty()) {
    throw StateDictError("the module", std::move(missing), std::move(unexpected), std::move(misfits));
  }

  // All memory is taken before the first weight changes, so that running out of it changes nothing either.
  std::vector<Tensor> fresh;
  visit_slots(*this, "", [&](const std::string&, const Slot& slot, const Module& owner) {
    fresh.push_back(slot.tensor->defined() ? Tensor() : Tensor::empty(slot.shape, {.dtype = owner.dtype_}));
  });
  auto next = fresh.begin();
  visit_slots(*this, "", [&](const std::string& name, Slot& slot, Module&) {
    if (next->defined()) {
      *slot.tensor = std::move(*next);
      set_requires_grad(*slot.tensor, slot.trainable);
    }
    ++next;
    slot.tensor->copy_from(found.find(name)->second);
  });
}

void Module::to(DType dtype) {
  require<TypeError>(dtype == DType::f32 || dtype == DType::f64, "module of ", dtype,
                     ", expected f32 or f64");
  for (Slot& slot : slots_) {
    if (!slot.tensor->defined() || slot.tensor->dtype() == dtype) continue;
    *slot.tensor = slot.tensor->to(dtype);
    set_requires_grad(*slot.tensor, slot.trainable);
  }
  dtype_ = dtype;
  for (const auto& [name, child] : children_) child->to(dtype);
}

void Module::set_trainable(const std::string& pattern, bool on) {
  bool matched = false;
  visit_slots(*this, "", [&](const std::string& name, Slot& slot, Module&) {
    if (slot.kind != StateKind::parameter || !name_matches(name, pattern)) return;
    matched = true;
    slot.trainable = on;
    if (slot.tensor->defined()) set_requires_grad(*slot.tensor, on);
  });
  require<ArgumentError>(matched, "no parameter is called \"", pattern, '"');
}

void Module::train() {
  set_training(true);
}

void Module::eval() {
  set_training(false);
}

void Module::set_training(bool training) {
  training_ = training;
  for (const auto& [name, child] : children_) child->set_training(training);
}

void Module::add(std::string name, Module& child) {
  check_name(name);
  children_.emplace_back(std::move(name), &child);
}

void Module::add_parameter(std::string name, Tensor& member, const Shape& shape, Initial initial) {
  add_slot({std::move(name), &member, shape, StateKind::parameter, initial});
}

void Module::add_buffer(std::string name, Tensor& member, const Shape& shape, Initial initial) {
  add_slot({std::move(name), &member, shape, StateKind::buffer, initial});
}

void Module::add_slot(Slot slot) {
  check_name(slot.name);
  slots_.push_back(std::move(slot));
}

void Module::check_name(const std::string& name) const {
  require<ArgumentError>(!name.empty(), "a module's part without a name");
  require<ArgumentError>(!is_pattern(name), "a module's part called \"", name, "\", which is a pattern");
  const bool taken =
      std::ranges::find(slots_, name, &Slot::name) != slots_.end() ||
      std::ranges::find(children_, name, &std::pair<std::string, Module*>::first) != children_.end();
  require<ArgumentError>(!taken, "the name \"", name, "\" is taken in this module");
}

} // namespace mammo::nn
