#include "backend/reference/reference.hpp"

#include <cmath>

namespace mammo::reference {

// Every element is read before it is written: results may lie over the inputs.

void compute(const SgdStep& op, Inputs inputs, Outputs outputs) {
  const auto settings = inputs[3].data<double>();
  const double rate = settings[0];
  const double momentum = settings[1];
  const double decay = settings[2];
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* p = inputs[0].data<T>().data();
    const T* g = inputs[1].data<T>().data();
    const T* velocity = inputs[2].data<T>().data();
    T* new_p = outputs[0].mutable_data<T>().data();
    T* new_velocity = outputs[1].mutable_data<T>().data();
    for (std::int64_t i = 0; i < inputs[0].numel(); ++i) {
      const double gradient = g[i] + decay * p[i];
      const double v = momentum * velocity[i] + gradient;
      new_p[i] = static_cast<T>(p[i] - rate * (op.nesterov ? gradient + momentum * v : v));
      new_velocity[i] = static_cast<T>(v);
    }
  });
}

void compute(const AdamStep& op, Inputs inputs, Outputs outputs) {
  const auto settings = inputs[4].data<double>();
  const double rate = settings[0];
  const double beta1 = settings[1];
  const double beta2 = settings[2];
  const double eps = settings[3];
  const double decay = settings[4];
  const double step = settings[5];
  // The moments start at 0 and are divided by how much of them has been filled since.
  const double filled1 = 1 - std::pow(beta1, step);
  const double filled2 = 1 - std::pow(beta2, step);
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const T* p = inputs[0].data<T>().data();
    const T* g = inputs[1].data<T>().data();
    const T* first = inputs[2].data<T>().data();
    const T* second = inputs[3].data<T>().data();
    T* new_p = outputs[0].mutable_data<T>().data();
    T* new_first = outputs[1].mutable_data<T>().data();
    T* new_second = outputs[2].mutable_data<T>().data();
    for (std::int64_t i = 0; i < inputs[0].numel(); ++i) {
      const double gradient = g[i] + (op.decoupled ? 0 : decay * p[i]);
      const double shrunk = op.decoupled ? p[i] * (1 - rate * decay) : p[i];
      const double m = beta1 * first[i] + (1 - beta1) * gradient;
      const double v = beta2 * second[i] + (1 - beta2) * gradient * gradient;
      new_p[i] = static_cast<T>(shrunk - rate * (m / filled1) / (std::sqrt(v / filled2) + eps));
      new_first[i] = static_cast<T>(m);
      new_second[i] = static_cast<T>(v);
    }
  });
}

void compute(const AverageStep&, Inputs inputs, Outputs outputs) {
  const double decay = inputs[2].data<double>()[0];
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const auto average = inputs[0].data<T>();
    const auto p = inputs[1].data<T>();
    std::ranges::transform(average, p, outputs[0].mutable_data<T>().begin(),
                           [&](T old, T next) { return static_cast<T>(decay * old + (1 - decay) * next); });
  });
}

} // namespace mammo::reference
