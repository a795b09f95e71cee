// The loops of vector_kernels.hpp over a type Vector of `width` floats, which the including file defines in
// the same unnamed namespace. Nothing here may be shared between the files that include it: each is compiled
// for other instructions. For the same reason it includes nothing but its own parts.
#include "kernels/cpu/vector_functions.inl"

template <Function f>
inline Vector apply_one(Vector x) {
  if constexpr (f == Function::relu) return x.at_least(0.0F);
  if constexpr (f == Function::sigmoid) return Vector(1.0F) / (Vector(1.0F) + exponential(-x));
  if constexpr (f == Function::exp) return exponential(x);
  if constexpr (f == Function::log) return logarithm(x);
  if constexpr (f == Function::sqrt) return x.root();
  if constexpr (f == Function::neg) return -x;
  if constexpr (f == Function::abs) return x.magnitude();
  if constexpr (f == Function::tanh) return hyperbolic_tangent(x);
  if constexpr (f == Function::gelu) return x * Normal(x).distribution;
  if constexpr (f == Function::silu) return x / (Vector(1.0F) + exponential(-x));
}

template <Combination f>
inline Vector combine_one(Vector a, Vector b) {
  if constexpr (f == Combination::add) return a + b;
  if constexpr (f == Combination::subtract) return a - b;
  if constexpr (f == Combination::multiply) return a * b;
  if constexpr (f == Combination::divide) return a / b;
  if constexpr (f == Combination::maximum) return larger(a, b);
  if constexpr (f == Combination::minimum) return smaller(a, b);
}

// Calls whole(i) for every full vector of n elements and part(i, count) for what is left.
template <class Whole, class Part>
inline void for_each_vector(std::int64_t n, Whole whole, Part part) {
  std::int64_t i = 0;
  for (; i + Vector::width <= n; i += Vector::width) whole(i);
  if (i < n) part(i, n - i);
}

template <Function f>
void apply_loop(const float* x, float* y, std::int64_t n) {
  for_each_vector(
      n, [&](std::int64_t i) { apply_one<f>(Vector::load(x + i)).store(y + i); },
      [&](std::int64_t i, std::int64_t count) {
        apply_one<f>(Vector::load(x + i, count)).store(y + i, count);
      });
}

void apply(Function f, const float* x, float* y, std::int64_t n) {
  switch (f) {
  case Function::relu: return apply_loop<Function::relu>(x, y, n);
  case Function::sigmoid: return apply_loop<Function::sigmoid>(x, y, n);
  case Function::exp: return apply_loop<Function::exp>(x, y, n);
  case Function::log: return apply_loop<Function::log>(x, y, n);
  case Function::sqrt: return apply_loop<Function::sqrt>(x, y, n);
  case Function::neg: return apply_loop<Function::neg>(x, y, n);
  case Function::abs: return apply_loop<Function::abs>(x, y, n);
  case Function::tanh: return apply_loop<Function::tanh>(x, y, n);
  case Function::gelu: return apply_loop<Function::gelu>(x, y, n);
  case Function::silu: return apply_loop<Function::silu>(x, y, n);
  }
}

struct Operand {
  const float* elements;
  std::int64_t step;

  Vector load(std::int64_t i) const { return step == 0 ? Vector(*elements) : Vector::load(elements + i); }
  Vector load(std::int64_t i, std::int64_t count) const {
    return step == 0 ? Vector(*elements) : Vector::load(elements + i, count);
  }
};

// A full vector of several arrays at once, or what is left of them.
struct WholePlace {
  std::int64_t i;

  Vector load(const float* from) const { return Vector::load(from + i); }
  Vector load(const Operand& from) const { return from.load(i); }
  void store(float* to, Vector v) const { v.store(to + i); }
};

struct PartPlace {
  std::int64_t i;
  std::int64_t count;

  Vector load(const float* from) const { return Vector::load(from + i, count); }
  Vector load(const Operand& from) const { return from.load(i, count); }
  void store(float* to, Vector v) const { v.store(to + i, count); }
};

template <class Step>
inline void for_each_place(std::int64_t n, Step step) {
  for_each_vector(
      n, [&](std::int64_t i) { step(WholePlace{i}); },
      [&](std::int64_t i, std::int64_t count) { step(PartPlace{i, count}); });
}

template <Combination f>
void combine_loop(bool relu, Operand a, Operand b, float* y, std::int64_t n) {
  const auto finish = [relu](Vector v) { return relu ? v.at_least(0.0F) : v; };
  for_each_vector(
      n, [&](std::int64_t i) { finish(combine_one<f>(a.load(i), b.load(i))).store(y + i); },
      [&](std::int64_t i, std::int64_t count) {
        finish(combine_one<f>(a.load(i, count), b.load(i, count))).store(y + i, count);
      });
}

void combine(Combination f, bool relu, const float* a, std::int64_t a_step, const float* b,
             std::int64_t b_step, float* y, std::int64_t n) {
  const Operand first{a, a_step};
  const Operand second{b, b_step};
  switch (f) {
  case Combination::add: return combine_loop<Combination::add>(relu, first, second, y, n);
  case Combination::subtract: return combine_loop<Combination::subtract>(relu, first, second, y, n);
  case Combination::multiply: return combine_loop<Combination::multiply>(relu, first, second, y, n);
  case Combination::divide: return combine_loop<Combination::divide>(relu, first, second, y, n);
  case Combination::maximum: return combine_loop<Combination::maximum>(relu, first, second, y, n);
  case Combination::minimum: return combine_loop<Combination::minimum>(relu, first, second, y, n);
  }
}

double sum(const float* x, std::int64_t n) {
  constexpr std::int64_t lanes = 16;
  double partial[lanes] = {};
  std::int64_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    for (std::int64_t lane = 0; lane < lanes; ++lane) partial[lane] += static_cast<double>(x[i + lane]);
  }
  double total = 0;
  for (const double p : partial) total += p;
  for (; i < n; ++i) total += static_cast<double>(x[i]);
  return total;
}

void accumulate(double* total, const float* x, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) total[i] += static_cast<double>(x[i]);
}

void blend(const float* a, const float* b, float share, float* y, std::int64_t n) {
  const Vector near(1.0F - share);
  const Vector far(share);
  for_each_vector(
      n,
      [&](std::int64_t i) {
        multiply_add(Vector::load(b + i), far, Vector::load(a + i) * near).store(y + i);
      },
      [&](std::int64_t i, std::int64_t count) {
        multiply_add(Vector::load(b + i, count), far, Vector::load(a + i, count) * near).store(y + i, count);
      });
}

void add_scaled(const float* x, float share, float* y, std::int64_t n) {
  const Vector factor(share);
  for_each_vector(
      n, [&](std::int64_t i) { multiply_add(Vector::load(x + i), factor, Vector::load(y + i)).store(y + i); },
      [&](std::int64_t i, std::int64_t count) {
        multiply_add(Vector::load(x + i, count), factor, Vector::load(y + i, count)).store(y + i, count);
      });
}

// The number of the winning tap is kept beside its value, in a float: both are chosen alike.
template <class Load, class Store>
inline void give_vector(const float* x, const float* g, const std::int64_t* taps, std::int64_t tap_count,
                        float* gx, Load load, Store store) {
  Vector best = load(x + taps[0]);
  Vector winner(0.0F);
  for (std::int64_t k = 1; k < tap_count; ++k) {
    const Vector value = load(x + taps[k]);
    const auto wins = beats(value, best);
    best = choose(wins, value, best);
    winner = choose(wins, Vector(static_cast<float>(k)), winner);
  }
  const Vector share = load(g);
  for (std::int64_t k = 0; k < tap_count; ++k) {
    float* to = gx + taps[k];
    const Vector sum = load(to);
    store(to, choose(equals(winner, Vector(static_cast<float>(k))), sum + share, sum));
  }
}

void give_to_largest(const float* x, const float* g, const std::int64_t* taps, std::int64_t tap_count,
                     std::int64_t n, float* gx) {
  for_each_vector(
      n,
      [&](std::int64_t i) {
        give_vector(
            x + i, g + i, taps, tap_count, gx + i, [](const float* from) { return Vector::load(from); },
            [](float* to, Vector v) { v.store(to); });
      },
      [&](std::int64_t i, std::int64_t count) {
        give_vector(
            x + i, g + i, taps, tap_count, gx + i,
            [count](const float* from) { return Vector::load(from, count); },
            [count](float* to, Vector v) { v.store(to, count); });
      });
}

inline double lesser(double a, double b) {
  return a < b ? a : b;
}
inline double greater(double a, double b) {
  return a > b ? a : b;
}

// Eight boxes at a time without a branch, then one for all eight.
bool overlaps_any(const BoxArrays& boxes, std::int64_t n, const BoxCorners& box, double threshold) {
  const auto overlap = [&](std::int64_t i) -> int {
    const double width = greater(0.0, lesser(boxes.right[i], box.right) - greater(boxes.left[i], box.left));
    const double height = greater(0.0, lesser(boxes.bottom[i], box.bottom) - greater(boxes.top[i], box.top));
    const double common = width * height;
    const double joined = boxes.area[i] + box.area - common;
    return (joined > 0.0 ? common / joined : 0.0) > threshold ? 1 : 0;
  };
  constexpr std::int64_t together = 8;
  std::int64_t i = 0;
  for (; i + together <= n; i += together) {
    int found = 0;
    for (std::int64_t k = 0; k < together; ++k) found |= overlap(i + k);
    if (found != 0) return true;
  }
  for (; i < n; ++i) {
    if (overlap(i) != 0) return true;
  }
  return false;
}

#include "kernels/cpu/normalization_loops.inl"
#include "kernels/cpu/vector_dropout.inl"
#include "kernels/cpu/vector_gradients.inl"
#include "kernels/cpu/vector_losses.inl"
#include "kernels/cpu/vector_steps.inl"

constexpr VectorKernels loops{
    apply,          combine,          sum,     accumulate,    blend,           overlaps_any,
    apply_gradient, extreme_gradient, loss,    loss_gradient, exponential_sum, scaled_exponential,
    sgd_step,       adam_step,        average, dropout,       add_scaled,      give_to_largest,
    {column_moments, transform_columns, column_gradient_moments, gradient_columns, transform_row,
     row_gradient_moments, gradient_row, softmax, product_sum, accumulate_products, softmax_gradient}};
