// Losses and their gradients, for vector_loops.inl.

// base^exponent for a base from 0 to 1: whole powers by multiplication, a root where half a power is left.
inline Vector power(Vector base, float exponent) {
  constexpr float most = 16.0F;
  Vector y(1.0F);
  for (; exponent >= 1.0F && exponent <= most; exponent -= 1.0F) y = y * base;
  if (exponent == 0.0F) return y;
  return y * (exponent == 0.5F ? base.root() : exponential(logarithm(base) * Vector(exponent)));
}

// What a focal loss multiplies: its weight, the cross entropy, and how far the prediction is off.
struct FocalParts {
  Logistic logistic;
  Vector weight;
  Vector bce;
  Vector missed;

  FocalParts(const LossTerms& terms, Vector x, Vector t)
      : logistic(x),
        weight(multiply_add(t, Vector(terms.weight_slope), Vector(terms.weight))),
        bce(multiply_add(-x, t, x.at_least(0.0F)) + logistic.log_of_sum()),
        missed(multiply_add(t, logistic.not_p, (Vector(1.0F) - t) * logistic.p)) {}
};

template <Loss kind>
inline Vector loss_one(const LossTerms& terms, Vector x, Vector t) {
  const Vector d = x - t;
  if constexpr (kind == Loss::mse) return d * d;
  if constexpr (kind == Loss::smooth_l1) {
    const Vector distance = d.magnitude();
    const Vector near = d * d * Vector(0.5F / terms.beta);
    const Vector far = distance - Vector(0.5F * terms.beta);
    return where_at_most(distance, Vector(terms.beta), near, far) * Vector(terms.scale);
  }
  if constexpr (kind == Loss::bce) {
    return multiply_add(-x, t, x.at_least(0.0F)) + Logistic(x).log_of_sum();
  }
  if constexpr (kind == Loss::focal) {
    const FocalParts parts(terms, x, t);
    return parts.weight * parts.bce * power(parts.missed, terms.gamma);
  }
}

template <Loss kind>
inline Vector loss_slope(const LossTerms& terms, Vector x, Vector t) {
  const Vector one(1.0F);
  const Vector d = x - t;
  if constexpr (kind == Loss::mse) return d + d;
  if constexpr (kind == Loss::smooth_l1) {
    return (d * Vector(1.0F / terms.beta)).at_least(-1.0F).at_most(1.0F) * Vector(terms.scale);
  }
  if constexpr (kind == Loss::bce) {
    const Logistic logistic(x);
    return multiply_add(one - t, logistic.p, -(t * logistic.not_p));
  }
  if constexpr (kind == Loss::focal) {
    // As in reference: the slope of `missed` is divided by it first, and is nothing for a perfect prediction.
    const FocalParts parts(terms, x, t);
    const Vector& p = parts.logistic.p;
    const Vector& not_p = parts.logistic.not_p;
    const Vector zero(0.0F);
    const Vector quotient = (one - t - t) * p * not_p / parts.missed;
    const Vector share = where_at_most(parts.missed.magnitude(), zero, zero, quotient);
    const Vector bce_slope = multiply_add(one - t, p, -(t * not_p));
    return parts.weight * power(parts.missed, terms.gamma) *
           multiply_add(parts.bce * Vector(terms.gamma), share, bce_slope);
  }
}

template <Loss kind>
void loss_loop(const LossTerms& terms, const float* x, const float* t, float* y, std::int64_t n) {
  for_each_place(n, [&](auto at) { at.store(y, loss_one<kind>(terms, at.load(x), at.load(t))); });
}

template <Loss kind>
void loss_gradient_loop(const LossTerms& terms, const float* x, const float* t, const float* g, float* y,
                        std::int64_t n) {
  for_each_place(n,
                 [&](auto at) { at.store(y, at.load(g) * loss_slope<kind>(terms, at.load(x), at.load(t))); });
}

void loss(const LossTerms& terms, const float* x, const float* t, float* y, std::int64_t n) {
  switch (terms.kind) {
  case Loss::mse: return loss_loop<Loss::mse>(terms, x, t, y, n);
  case Loss::smooth_l1: return loss_loop<Loss::smooth_l1>(terms, x, t, y, n);
  case Loss::bce: return loss_loop<Loss::bce>(terms, x, t, y, n);
  case Loss::focal: return loss_loop<Loss::focal>(terms, x, t, y, n);
  }
}

void loss_gradient(const LossTerms& terms, const float* x, const float* t, const float* g, float* y,
                   std::int64_t n) {
  switch (terms.kind) {
  case Loss::mse: return loss_gradient_loop<Loss::mse>(terms, x, t, g, y, n);
  case Loss::smooth_l1: return loss_gradient_loop<Loss::smooth_l1>(terms, x, t, g, y, n);
  case Loss::bce: return loss_gradient_loop<Loss::bce>(terms, x, t, g, y, n);
  case Loss::focal: return loss_gradient_loop<Loss::focal>(terms, x, t, g, y, n);
  }
}

double exponential_sum(const float* x, float shift, std::int64_t n) {
  constexpr std::int64_t piece = 256;
  float terms[piece];
  double total = 0;
  for (std::int64_t begin = 0; begin < n; begin += piece) {
    const std::int64_t count = n - begin < piece ? n - begin : piece;
    for_each_place(count, [&](auto at) { at.store(terms, exponential(at.load(x + begin) - Vector(shift))); });
    total += sum(terms, count);
  }
  return total;
}

void scaled_exponential(const float* x, float shift, float scale, float offset, float* y, std::int64_t n) {
  for_each_place(n, [&](auto at) {
    at.store(y, multiply_add(exponential(at.load(x) - Vector(shift)), Vector(scale), Vector(offset)));
  });
}
