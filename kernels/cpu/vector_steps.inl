// Optimisers' steps, for vector_loops.inl: every element is read before it is written.

void sgd_step(const SgdTerms& terms, const float* p, const float* g, const float* velocity, float* new_p,
              float* new_velocity, std::int64_t n) {
  const Vector momentum(terms.momentum);
  for_each_place(n, [&](auto at) {
    const Vector old = at.load(p);
    const Vector gradient = multiply_add(old, Vector(terms.decay), at.load(g));
    const Vector v = multiply_add(at.load(velocity), momentum, gradient);
    const Vector direction = terms.nesterov ? multiply_add(v, momentum, gradient) : v;
    at.store(new_p, multiply_add(direction, Vector(-terms.rate), old));
    at.store(new_velocity, v);
  });
}

void adam_step(const AdamTerms& terms, const float* p, const float* g, const float* first,
               const float* second, float* new_p, float* new_first, float* new_second, std::int64_t n) {
  for_each_place(n, [&](auto at) {
    const Vector old = at.load(p);
    const Vector gradient = multiply_add(old, Vector(terms.decay), at.load(g));
    const Vector m = multiply_add(at.load(first), Vector(terms.beta1), gradient * Vector(terms.share1));
    const Vector v =
        multiply_add(at.load(second), Vector(terms.beta2), gradient * gradient * Vector(terms.share2));
    const Vector size = multiply_add(v.root(), Vector(terms.root_scale), Vector(terms.eps));
    at.store(new_p, multiply_add(m / size, Vector(-terms.rate), old * Vector(terms.shrink)));
    at.store(new_first, m);
    at.store(new_second, v);
  });
}

void average(float decay, float share, const float* old, const float* next, float* y, std::int64_t n) {
  for_each_place(n, [&](auto at) {
    at.store(y, multiply_add(at.load(old), Vector(decay), at.load(next) * Vector(share)));
  });
}
