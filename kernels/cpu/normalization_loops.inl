// The loops of normalization_kernels.hpp over Vector and over Doubles, as many doubles, both of which the
// including file defines; see vector_loops.inl, which comes first.

// Calls body(row, rows, column, count) for a few rows of one vector of columns at a time. The rows of a strip
// are few enough for their cache lines to stay while the next columns of the same lines come.
template <class Body>
inline void for_each_strip(std::int64_t rows, std::int64_t columns, Body body) {
  constexpr std::int64_t strip_elements = 1024;
  constexpr std::int64_t fewest_rows = 8;
  const std::int64_t fitting = strip_elements / columns;
  const std::int64_t strip = fitting < fewest_rows ? fewest_rows : fitting;
  for (std::int64_t row = 0; row < rows; row += strip) {
    const std::int64_t height = rows - row < strip ? rows - row : strip;
    for_each_vector(
        columns, [&](std::int64_t column) { body(row, height, column, Vector::width); },
        [&](std::int64_t column, std::int64_t count) { body(row, height, column, count); });
  }
}

// One vector of columns of a matrix, read row by row. Null reads as anything: nobody looks.
struct ColumnReader {
  const float* first;
  std::int64_t columns;
  std::int64_t count;

  ColumnReader(const float* x, std::int64_t row, std::int64_t column, std::int64_t all_columns,
               std::int64_t vector_count)
      : first(x + row * all_columns + column), columns(all_columns), count(vector_count) {}
  Vector operator()(std::int64_t row) const {
    const float* from = first + row * columns;
    return count == Vector::width ? Vector::load(from) : Vector::load(from, count);
  }
};

inline void store_columns(float* y, std::int64_t row, std::int64_t column, std::int64_t columns,
                          std::int64_t count, Vector v) {
  float* to = y + row * columns + column;
  if (count == Vector::width) {
    v.store(to);
  } else {
    v.store(to, count);
  }
}

// Two sums of one vector of columns, even and odd rows apart so that additions need not wait for each other.
// add(row, first, second) adds a row's terms.
template <class Add>
inline void sum_rows(std::int64_t rows, double* first, double* second, Add add) {
  Doubles even_first = Doubles::load(first);
  Doubles even_second = Doubles::load(second);
  Doubles odd_first;
  Doubles odd_second;
  std::int64_t row = 0;
  for (; row + 2 <= rows; row += 2) {
    add(row, even_first, even_second);
    add(row + 1, odd_first, odd_second);
  }
  if (row < rows) add(row, even_first, even_second);
  even_first.add(odd_first);
  even_second.add(odd_second);
  even_first.store(first);
  even_second.store(second);
}

void column_moments(const float* x, std::int64_t rows, std::int64_t columns, double* sum, double* squares) {
  for_each_strip(
      rows, columns, [&](std::int64_t row, std::int64_t height, std::int64_t column, std::int64_t count) {
        const ColumnReader read(x, row, column, columns, count);
        sum_rows(height, sum + column, squares + column, [&](std::int64_t r, Doubles& s, Doubles& q) {
          const Vector v = read(r);
          s.add(v);
          q.add_product(v, v);
        });
      });
}

template <bool has_residual, bool relu>
void transform_loop(const float* x, const float* residual, std::int64_t rows, std::int64_t columns,
                    const ColumnTransform& transform, float* y) {
  for_each_strip(rows, columns,
                 [&](std::int64_t row, std::int64_t height, std::int64_t column, std::int64_t count) {
                   const ColumnReader read_x(x, row, column, columns, count);
                   const ColumnReader read_residual(has_residual ? residual : x, row, column, columns, count);
                   const Vector mean = Vector::load(transform.mean + column);
                   const Vector scale = Vector::load(transform.scale + column);
                   const Vector shift = Vector::load(transform.shift + column);
                   for (std::int64_t r = 0; r < height; ++r) {
                     Vector v = multiply_add(read_x(r) - mean, scale, shift);
                     if constexpr (has_residual) v = v + read_residual(r);
                     if constexpr (relu) v = v.at_least(0.0F);
                     store_columns(y, row + r, column, columns, count, v);
                   }
                 });
}

void transform_columns(const float* x, const float* residual, std::int64_t rows, std::int64_t columns,
                       const ColumnTransform& transform, bool relu, float* y) {
  if (residual != nullptr) {
    return relu ? transform_loop<true, true>(x, residual, rows, columns, transform, y)
                : transform_loop<true, false>(x, residual, rows, columns, transform, y);
  }
  return relu ? transform_loop<false, true>(x, residual, rows, columns, transform, y)
              : transform_loop<false, false>(x, residual, rows, columns, transform, y);
}

template <bool has_y, bool keep>
void gradient_moments_loop(const float* x, const float* y, const float* g, std::int64_t rows,
                           std::int64_t columns, const float* means, double* sum, double* along,
                           float* kept) {
  for_each_strip(
      rows, columns, [&](std::int64_t row, std::int64_t height, std::int64_t column, std::int64_t count) {
        const ColumnReader read_x(x, row, column, columns, count);
        const ColumnReader read_y(has_y ? y : x, row, column, columns, count);
        const ColumnReader read_g(g, row, column, columns, count);
        const Vector mean = Vector::load(means + column);
        sum_rows(height, sum + column, along + column, [&](std::int64_t r, Doubles& s, Doubles& a) {
          Vector v = read_g(r);
          if constexpr (has_y) v = v.where_kept(read_y(r));
          if constexpr (keep) store_columns(kept, row + r, column, columns, count, v);
          s.add(v);
          a.add_product(v, read_x(r) - mean);
        });
      });
}

void column_gradient_moments(const float* x, const float* y, const float* g, std::int64_t rows,
                             std::int64_t columns, const float* mean, double* sum, double* along,
                             float* kept) {
  if (y != nullptr) {
    return kept != nullptr
               ? gradient_moments_loop<true, true>(x, y, g, rows, columns, mean, sum, along, kept)
               : gradient_moments_loop<true, false>(x, y, g, rows, columns, mean, sum, along, kept);
  }
  return kept != nullptr
             ? gradient_moments_loop<false, true>(x, y, g, rows, columns, mean, sum, along, kept)
             : gradient_moments_loop<false, false>(x, y, g, rows, columns, mean, sum, along, kept);
}

template <bool has_y>
void gradient_loop(const float* x, const float* y, const float* g, std::int64_t rows, std::int64_t columns,
                   const ColumnGradient& gradient, float* gx) {
  for_each_strip(rows, columns,
                 [&](std::int64_t row, std::int64_t height, std::int64_t column, std::int64_t count) {
                   const ColumnReader read_x(x, row, column, columns, count);
                   const ColumnReader read_y(has_y ? y : x, row, column, columns, count);
                   const ColumnReader read_g(g, row, column, columns, count);
                   const Vector mean = Vector::load(gradient.mean + column);
                   const Vector x_scale = Vector::load(gradient.x_scale + column);
                   const Vector g_scale = Vector::load(gradient.g_scale + column);
                   const Vector shift = Vector::load(gradient.shift + column);
                   for (std::int64_t r = 0; r < height; ++r) {
                     Vector v = read_g(r);
                     if constexpr (has_y) v = v.where_kept(read_y(r));
                     v = multiply_add(read_x(r) - mean, x_scale, multiply_add(v, g_scale, shift));
                     store_columns(gx, row + r, column, columns, count, v);
                   }
                 });
}

void gradient_columns(const float* x, const float* y, const float* g, std::int64_t rows, std::int64_t columns,
                      const ColumnGradient& gradient, float* gx) {
  if (y != nullptr) return gradient_loop<true>(x, y, g, rows, columns, gradient, gx);
  return gradient_loop<false>(x, y, g, rows, columns, gradient, gx);
}

// Calls body(i, read, write) along a row: read(from) loads the elements at i, write(to, v) stores them.
template <class Body>
inline void for_each_in_row(std::int64_t n, Body body) {
  for_each_vector(
      n,
      [&](std::int64_t i) {
        body(
            i, [i](const float* from) { return Vector::load(from + i); },
            [i](float* to, Vector v) { v.store(to + i); });
      },
      [&](std::int64_t i, std::int64_t count) {
        body(
            i, [i, count](const float* from) { return Vector::load(from + i, count); },
            [i, count](float* to, Vector v) { v.store(to + i, count); });
      });
}

void transform_row(const float* x, const float* w, const float* b, std::int64_t n, float mean, float rstd,
                   float shift, float* y) {
  for_each_in_row(n, [&](std::int64_t, auto read, auto write) {
    const Vector z = multiply_add(read(x) - Vector(mean), Vector(rstd), Vector(shift));
    write(y, multiply_add(z, read(w), read(b)));
  });
}

// Lanes behind the end of a row read as 0, but not so x - mean: their g is 0.
void row_gradient_moments(const float* x, const float* w, const float* g, std::int64_t n, float mean,
                          float rstd, double* sum, double* along, double* bias_sums, double* weight_sums) {
  Doubles s;
  Doubles a;
  for_each_in_row(n, [&](std::int64_t i, auto read, auto) {
    const Vector gradient = read(g);
    const Vector z = (read(x) - Vector(mean)) * Vector(rstd);
    const Vector h = gradient * read(w);
    s.add(h);
    a.add_product(h, z);
    Doubles bias = Doubles::load(bias_sums + i);
    Doubles weight = Doubles::load(weight_sums + i);
    bias.add(gradient);
    weight.add_product(gradient, z);
    bias.store(bias_sums + i);
    weight.store(weight_sums + i);
  });
  *sum = s.total();
  *along = a.total();
}

void gradient_row(const float* x, const float* w, const float* g, std::int64_t n, float mean, float rstd,
                  float sum, float along, float* gx) {
  for_each_in_row(n, [&](std::int64_t, auto read, auto write) {
    const Vector z = (read(x) - Vector(mean)) * Vector(rstd);
    const Vector h = multiply_add(read(g), read(w), Vector(-sum));
    write(gx, multiply_add(z, Vector(-along), h) * Vector(rstd));
  });
}

double product_sum(const float* a, const float* b, std::int64_t n) {
  Doubles total;
  for_each_in_row(n, [&](std::int64_t, auto read, auto) { total.add_product(read(a), read(b)); });
  return total.total();
}

void accumulate_products(double* total, const float* a, const float* b, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) total[i] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
}

void softmax_gradient(const float* y, const float* g, const float* sum, std::int64_t step, std::int64_t n,
                      float* gx) {
  for_each_in_row(n, [&](std::int64_t, auto read, auto write) {
    const Vector s = step == 0 ? Vector(*sum) : read(sum);
    write(gx, read(y) * (read(g) - s));
  });
}

// Three passes over a row that stays in the cache. What does not fill a vector is taken by itself where the
// lanes behind it would count.
void softmax(const float* x, std::int64_t n, float* y) {
  const std::int64_t whole = n - n % Vector::width;
  float lanes[Vector::width];
  float largest = x[0];
  if (whole > 0) {
    Vector best = Vector::load(x);
    for (std::int64_t i = Vector::width; i < whole; i += Vector::width)
      best = larger(best, Vector::load(x + i));
    best.store(lanes);
    for (const float lane : lanes) largest = lane > largest || lane != lane ? lane : largest;
  }
  for (std::int64_t i = whole; i < n; ++i) largest = x[i] > largest || x[i] != x[i] ? x[i] : largest;

  Doubles sums;
  for (std::int64_t i = 0; i < whole; i += Vector::width) {
    const Vector e = exponential(Vector::load(x + i) - Vector(largest));
    e.store(y + i);
    sums.add(e);
  }
  double sum = sums.total();
  if (whole < n) {
    exponential(Vector::load(x + whole, n - whole) - Vector(largest)).store(y + whole, n - whole);
    for (std::int64_t i = whole; i < n; ++i) sum += static_cast<double>(y[i]);
  }
  const Vector factor(static_cast<float>(1.0 / sum));
  for_each_in_row(n, [&](std::int64_t, auto read, auto write) { write(y, read(y) * factor); });
}
