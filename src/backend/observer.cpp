#include "backend/observation.hpp"

namespace mammo {

thread_local const ObserverScope* Observers::innermost = nullptr;

template <class Tell>
void Observers::tell_all(const Tell& tell) {
  // What an observer dispatches is seen by those around it alone.
  struct Restore {
    ~Restore() { innermost = scope; }
    const ObserverScope* scope = innermost;
  } const all;
  for (const ObserverScope* scope = all.scope; scope != nullptr; scope = scope->outer_) {
    innermost = scope->outer_;
    tell(scope->observer_);
  }
}

void Observers::tell_before(const Operation& operation, std::span<const Tensor> inputs) {
  tell_all([&](OperationObserver& observer) { observer.before(operation, inputs); });
}

void Observers::tell_after(const Operation& operation, std::span<const Tensor> inputs,
                           std::span<const Tensor> outputs) {
  tell_all([&](OperationObserver& observer) { observer.after(operation, inputs, outputs); });
}

void Observers::tell_failed(const Operation& operation, std::span<const Tensor> inputs) {
  const std::exception_ptr why = std::current_exception();
  tell_all([&](OperationObserver& observer) { observer.failed(operation, inputs, why); });
}

void tell_viewed(const View& view, const Tensor& x, const Tensor& result) {
  if (Observers::innermost == nullptr) return;
  Observers::tell_all([&](OperationObserver& observer) { observer.viewed(view, x, result); });
}

void tell_derived(const Tensor& parameter, const Tensor& result) {
  if (Observers::innermost == nullptr) return;
  Observers::tell_all([&](OperationObserver& observer) { observer.derived(parameter, result); });
}

ObserverScope::ObserverScope(OperationObserver& observer)
    : observer_(observer), outer_(Observers::innermost) {
  Observers::innermost = this;
}

ObserverScope::~ObserverScope() {
  Observers::innermost = outer_;
}

} // namespace mammo
