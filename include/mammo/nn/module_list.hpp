#pragma once

#include "mammo/nn/module.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace mammo::nn {

/// Modules of one class, named "0", "1", ... in the order in which they were added.
template <class M>
class ModuleList : public Module {
 public:
  template <class... Arguments>
  M& emplace_back(Arguments&&... arguments) {
    auto module = std::make_unique<M>(std::forward<Arguments>(arguments)...);
    add(std::to_string(modules_.size()), *module);
    modules_.push_back(std::move(module));
    return *modules_.back();
  }

  std::size_t size() const { return modules_.size(); }
  const M& operator[](std::size_t index) const { return *modules_.at(index); }
  M& operator[](std::size_t index) { return *modules_.at(index); }

  /// For `for (const auto& module : list)`; each element is a pointer to a module.
  auto begin() const { return modules_.begin(); }
  auto end() const { return modules_.end(); }

 private:
  std::vector<std::unique_ptr<M>> modules_;
};

} // namespace mammo::nn
