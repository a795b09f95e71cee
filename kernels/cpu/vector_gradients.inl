// Gradients of functions and of extremes, for vector_loops.inl.

template <Function f>
inline Vector gradient_one(Vector v, Vector g) {
  const Vector zero(0.0F);
  const Vector one(1.0F);
  if constexpr (f == Function::relu) return where_at_most(v, zero, zero, g);
  if constexpr (f == Function::sigmoid) return g * v * (one - v);
  if constexpr (f == Function::exp) return g * v;
  if constexpr (f == Function::log) return g / v;
  if constexpr (f == Function::sqrt) return g / (v + v);
  if constexpr (f == Function::neg) return -g;
  if constexpr (f == Function::abs) {
    const Vector sign = where_at_most(v, zero, where_at_most(zero, v, zero, -one), one);
    return g * where_at_most(v, v, sign, v);
  }
  if constexpr (f == Function::tanh) return g * multiply_add(-v, v, one);
  if constexpr (f == Function::gelu) {
    const Normal normal(v);
    return g * multiply_add(v, normal.density, normal.distribution);
  }
  if constexpr (f == Function::silu) {
    const Logistic logistic(v);
    return g * logistic.p * multiply_add(v, logistic.not_p, one);
  }
}

template <Function f>
void gradient_loop(const float* v, const float* g, float* y, std::int64_t n) {
  for_each_place(n, [&](auto at) { at.store(y, gradient_one<f>(at.load(v), at.load(g))); });
}

void apply_gradient(Function f, const float* v, const float* g, float* y, std::int64_t n) {
  switch (f) {
  case Function::relu: return gradient_loop<Function::relu>(v, g, y, n);
  case Function::sigmoid: return gradient_loop<Function::sigmoid>(v, g, y, n);
  case Function::exp: return gradient_loop<Function::exp>(v, g, y, n);
  case Function::log: return gradient_loop<Function::log>(v, g, y, n);
  case Function::sqrt: return gradient_loop<Function::sqrt>(v, g, y, n);
  case Function::neg: return gradient_loop<Function::neg>(v, g, y, n);
  case Function::abs: return gradient_loop<Function::abs>(v, g, y, n);
  case Function::tanh: return gradient_loop<Function::tanh>(v, g, y, n);
  case Function::gelu: return gradient_loop<Function::gelu>(v, g, y, n);
  case Function::silu: return gradient_loop<Function::silu>(v, g, y, n);
  }
}

void extreme_gradient(bool of_maximum, const float* a, std::int64_t a_step, const float* b,
                      std::int64_t b_step, const float* g, float* y, std::int64_t n) {
  const Operand first{a, a_step};
  const Operand second{b, b_step};
  const Vector zero(0.0F);
  const auto share = [&](Vector loser, Vector winner, Vector own, Vector all) {
    // Own is the loser where it is not above the winner; of equals each has half.
    return where_at_most(loser, winner, where_at_most(winner, loser, own, zero), all);
  };
  for_each_place(n, [&](auto at) {
    const Vector one = at.load(first);
    const Vector other = at.load(second);
    const Vector all = at.load(g);
    const Vector half = all * Vector(0.5F);
    at.store(y, of_maximum ? share(one, other, half, all) : share(-one, -other, half, all));
  });
}
