// Elementary functions of a Vector, for vector_loops.inl. Coefficients are minimax fits by relative error of
// the result, which the comment gives; results are within 4 units in the last place, the normal
// distribution 6.

// e^x = 2^n e^r with n the integer nearest to x / ln 2, |r| <= ln 2 / 2. ln 2 is taken in two parts, the
// first of few enough bits for n times it to be exact. The polynomial is the fit of (e^r - 1 - r) / r^2,
// 3e-9. 2^n is applied in two halves, so that results near the ends of the range stay in it.
inline Vector exponential(Vector x) {
  x = x.at_most(89.0F).at_least(-104.0F);
  const Vector n = (x * Vector(1.44269504F)).rounded();
  const Vector r = multiply_add(n, Vector(2.12194440e-4F), multiply_add(n, Vector(-0.693359375F), x));
  Vector p(1.38143089e-3F);
  p = multiply_add(p, r, Vector(8.36885627e-3F));
  p = multiply_add(p, r, Vector(4.16684002e-2F));
  p = multiply_add(p, r, Vector(1.66665196e-1F));
  p = multiply_add(p, r, Vector(4.99999940e-1F));
  p = multiply_add(p, r, Vector(1.0F));
  p = multiply_add(p, r, Vector(1.0F));
  const Vector half = (n * Vector(0.5F)).rounded();
  return p * half.power_of_two() * (n - half).power_of_two();
}

// log(1 + f) = 2 artanh(s), s = f / (2 + f), for f from -0.3 to 1: 2 s + s^3 P(s^2), 5e-9.
inline Vector log_of_one_and(Vector f) {
  const Vector s = f / (f + Vector(2.0F));
  const Vector z = s * s;
  Vector p(0.2802446F);
  p = multiply_add(p, z, Vector(0.27999142F));
  p = multiply_add(p, z, Vector(0.400217F));
  p = multiply_add(p, z, Vector(0.6666641F));
  return multiply_add(s * z, p, s + s);
}

// x = 2^e m with m from sqrt(1/2) to sqrt(2). Numbers too small to have an exponent of their own are scaled.
inline Vector logarithm(Vector x) {
  const Vector smallest(0x1p-126F);
  const Vector scaled = where_at_most(smallest, x, x, x * Vector(0x1p23F));
  Vector m = scaled.mantissa();
  Vector e = where_at_most(smallest, x, scaled.exponent(), scaled.exponent() - Vector(23.0F));
  const Vector root2(1.41421356F);
  e = where_at_most(m, root2, e, e + Vector(1.0F));
  m = where_at_most(m, root2, m, m * Vector(0.5F));
  const Vector f = log_of_one_and(m - Vector(1.0F));
  const Vector y = multiply_add(e, Vector(0.693359375F), multiply_add(e, Vector(-2.12194440e-4F), f));
  const Vector zero(0.0F);
  const Vector infinity(__builtin_inff());
  const Vector below = where_at_most(zero, x, -infinity, Vector(__builtin_nanf("")));
  // Neither infinity nor NaN has a mantissa.
  return where_at_most(x, zero, below, where_at_most(x, Vector(3.40282347e38F), y, x));
}

// x + x^3 P(x^2) where |x| <= 0.625, 5e-9, else 1 - 2 / (e^2|x| + 1).
inline Vector hyperbolic_tangent(Vector x) {
  const Vector z = x * x;
  Vector p(-5.702949e-3F);
  p = multiply_add(p, z, Vector(2.0637188e-2F));
  p = multiply_add(p, z, Vector(-5.373911e-2F));
  p = multiply_add(p, z, Vector(0.13331434F));
  p = multiply_add(p, z, Vector(-0.3333328F));
  const Vector near = multiply_add(x * z, p, x);
  const Vector magnitude = x.magnitude();
  const Vector far = Vector(1.0F) - Vector(2.0F) / (exponential(magnitude + magnitude) + Vector(1.0F));
  const Vector signed_far = where_at_most(x, Vector(0.0F), -far, far);
  return where_at_most(magnitude, Vector(0.625F), near, signed_far);
}

// The standard normal distribution. Its lower tail is e^(-a^2 / 2) t P(t), t = 1 / (1 + 0.35 a), a = |x|,
// 4e-8; beyond 14.5 it is 0 in f32. What a^2 loses in rounding matters to its exponential.
struct Normal {
  Vector distribution;
  Vector density;

  explicit Normal(Vector x) : distribution(0.0F), density(0.0F) {
    const Vector a = x.magnitude().at_most(14.5F);
    const Vector square = a * a;
    const Vector lost = multiply_add(a, a, -square);
    Vector e = exponential(square * Vector(-0.5F));
    e = multiply_add(e, lost * Vector(-0.5F), e);
    const Vector t = Vector(1.0F) / multiply_add(a, Vector(0.35F), Vector(1.0F));
    Vector p(-2.9157886e-2F);
    p = multiply_add(p, t, Vector(0.14403091F));
    p = multiply_add(p, t, Vector(-0.255839F));
    p = multiply_add(p, t, Vector(0.1593197F));
    p = multiply_add(p, t, Vector(-2.3212353e-2F));
    p = multiply_add(p, t, Vector(0.1055525F));
    p = multiply_add(p, t, Vector(0.11982129F));
    p = multiply_add(p, t, Vector(0.13986352F));
    p = multiply_add(p, t, Vector(0.1396213F));
    const Vector tail = e * t * p;
    distribution = where_at_most(x, Vector(0.0F), tail, Vector(1.0F) - tail);
    density = e * Vector(0.39894228F);
  }
};

// sigmoid(x), sigmoid(-x) and log(1 + e^-|x|), all from one exponential that cannot overflow.
struct Logistic {
  Vector p;
  Vector not_p;
  Vector small; // e^-|x|

  explicit Logistic(Vector x) : p(0.0F), not_p(0.0F), small(exponential(-x.magnitude())) {
    const Vector more = Vector(1.0F) / (Vector(1.0F) + small);
    const Vector less = small * more;
    p = where_at_most(x, Vector(0.0F), less, more);
    not_p = where_at_most(x, Vector(0.0F), more, less);
  }
  Vector log_of_sum() const { return log_of_one_and(small); }
};
