#include "backend/reference/reference.hpp"

#include <cmath>

namespace mammo::reference {
namespace {

// A logit as the losses see it. Everything is made from exp of a negative number, so that nothing overflows
// and neither p nor 1 - p is rounded to 0 before its time.
struct Logit {
  double p;
  double not_p;
  double bce;
  double missed; // by how much the prediction misses the target: 1 - p_t of Lin et al.

  Logit(double x, double t) {
    const double small = std::exp(-std::fabs(x));
    p = (x < 0 ? small : 1) / (1 + small);
    not_p = (x < 0 ? 1 : small) / (1 + small);
    bce = larger(x, 0) - x * t + std::log1p(small);
    missed = t * not_p + (1 - t) * p;
  }
};

double weight_of(const PointwiseLoss& op, double t) {
  return op.alpha < 0 ? 1 : op.alpha * t + (1 - op.alpha) * (1 - t);
}

double loss_of(const PointwiseLoss& op, double x, double t) {
  const double d = x - t;
  const double distance = std::fabs(d);
  switch (op.kind) {
  case LossKind::mse: return d * d;
  case LossKind::smooth_l1: return distance < op.beta ? d * d / (2 * op.beta) : distance - op.beta / 2;
  case LossKind::huber: return distance < op.beta ? d * d / 2 : op.beta * (distance - op.beta / 2);
  case LossKind::bce: return Logit(x, t).bce;
  case LossKind::focal: {
    const Logit logit(x, t);
    return weight_of(op, t) * logit.bce * std::pow(logit.missed, op.gamma);
  }
  }
  return d;
}

// missed' = (1 - 2 t) p (1 - p), which is small where missed is: the quotient is taken first, and is nothing
// where the prediction is perfect.
double focal_slope(const PointwiseLoss& op, double x, double t) {
  const Logit logit(x, t);
  const double share = logit.missed == 0 ? 0 : (1 - 2 * t) * logit.p * logit.not_p / logit.missed;
  const double bce_slope = (1 - t) * logit.p - t * logit.not_p;
  return weight_of(op, t) * std::pow(logit.missed, op.gamma) * (bce_slope + op.gamma * logit.bce * share);
}

double slope_of(const PointwiseLoss& op, double x, double t) {
  const double d = x - t;
  switch (op.kind) {
  case LossKind::mse: return 2 * d;
  case LossKind::smooth_l1: return std::clamp(d / op.beta, -1.0, 1.0);
  case LossKind::huber: return std::clamp(d, -op.beta, op.beta);
  case LossKind::bce: {
    const Logit logit(x, t);
    return (1 - t) * logit.p - t * logit.not_p;
  }
  case LossKind::focal: return focal_slope(op, x, t);
  }
  return d;
}

} // namespace

void compute(const PointwiseLoss& op, Inputs inputs, Outputs outputs) {
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const auto x = inputs[0].data<T>();
    const auto t = inputs[1].data<T>();
    std::ranges::transform(x, t, outputs[0].mutable_data<T>().begin(),
                           [&](T value, T target) { return static_cast<T>(loss_of(op, value, target)); });
  });
}

void compute(const PointwiseLossGradient& op, Inputs inputs, Outputs outputs) {
  visit_real(inputs[0].dtype(), [&]<class T>() {
    const auto x = inputs[0].data<T>();
    const auto t = inputs[1].data<T>();
    const auto g = inputs[2].data<T>();
    const auto y = outputs[0].mutable_data<T>();
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = static_cast<T>(g[i] * slope_of(op.loss, x[i], t[i]));
  });
}

} // namespace mammo::reference
