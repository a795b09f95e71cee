#pragma once

#include "mammo/backend/operation.hpp"
#include "mammo/backend/vocabulary/views.hpp"
#include "mammo/core/tensor.hpp"

#include <exception>
#include <span>

namespace mammo {

/// Sees the operations that a thread dispatches, one after the other: to trace a network, to count, to find
/// where a number went wrong. What an observer dispatches itself is not shown to it.
class OperationObserver {
 public:
  virtual ~OperationObserver() = default;
  OperationObserver() = default;
  OperationObserver(const OperationObserver&) = delete;
  OperationObserver& operator=(const OperationObserver&) = delete;

  virtual void before(const Operation& /*operation*/, std::span<const Tensor> /*inputs*/) {}
  /// Outputs may lie over inputs, which then have changed.
  virtual void after(const Operation& /*operation*/, std::span<const Tensor> /*inputs*/,
                     std::span<const Tensor> /*outputs*/) {}
  /// Instead of `after`, where the operation threw. The exception goes on its way unless this throws another.
  virtual void failed(const Operation& /*operation*/, std::span<const Tensor> /*inputs*/,
                      const std::exception_ptr& /*why*/) {}

  /// `result` is a view of `x`, perhaps of a copy of it.
  virtual void viewed(const View& /*view*/, const Tensor& /*x*/, const Tensor& /*result*/) {}
  /// `result` was made from a parameter, and will be used in its stead: a weight with a norm folded in.
  virtual void derived(const Tensor& /*parameter*/, const Tensor& /*result*/) {}
};

/// Shows the calling thread's operations to an observer while it lives. Scopes nest, and all their observers
/// are told, the innermost first. Without one, dispatching costs a look at one pointer more.
class ObserverScope {
 public:
  explicit ObserverScope(OperationObserver& observer);
  ~ObserverScope();
  ObserverScope(const ObserverScope&) = delete;
  ObserverScope& operator=(const ObserverScope&) = delete;

 private:
  friend struct Observers;
  OperationObserver& observer_;
  const ObserverScope* outer_;
};

/// For those who make views and derive weights: tell the calling thread's observers of it.
void tell_viewed(const View& view, const Tensor& x, const Tensor& result);
void tell_derived(const Tensor& parameter, const Tensor& result);

} // namespace mammo
