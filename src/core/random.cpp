#include "mammo/core/random.hpp"

#include <cmath>

namespace mammo {
namespace {

// Horner's rule, highest power first.
template <std::size_t N>
double polynomial(const std::array<double, N>& coefficients, double x) {
  double sum = 0;
  for (const double c : coefficients) sum = sum * x + c;
  return sum;
}

// Natural logarithm from frexp and the series of atanh: libm's differs in the last bit between machines.
double portable_log(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent);
  if (m < 0.70710678118654752) {
    m *= 2;
    --exponent;
  }
  const double t = (m - 1) / (m + 1);
  const double t2 = t * t;
  double sum = 0;
  for (int k = 25; k >= 1; k -= 2) sum = sum * t2 + 1.0 / k;
  return 2 * t * sum + exponent * 0.69314718055994531;
}

// AS 241, PPND16: relative accuracy about 1e-16.
double inverse_normal(double p) {
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q *
           polynomial<8>({2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
                          4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
                          1.3314166789178437745e2, 3.3871328727963666080e0},
                         r) /
           polynomial<8>({5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
                          2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
                          4.2313330701600911252e1, 1.0},
                         r);
  }
  const double r = std::sqrt(-portable_log(q < 0 ? p : 1 - p));
  double value = 0;
  if (r <= 5) {
    value = polynomial<8>({7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
                           1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
                           4.63033784615654529590e0, 1.42343711074968357734e0},
                          r - 1.6) /
            polynomial<8>({1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
                           1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
                           2.05319162663775882187e0, 1.0},
                          r - 1.6);
  } else {
    value = polynomial<8>({2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
                           2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
                           5.46378491116411436990e0, 6.65790464350110377720e0},
                          r - 5) /
            polynomial<8>({2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
                           7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
                           5.99832206555887937690e-1, 1.0},
                          r - 5);
  }
  return q < 0 ? -value : value;
}

} // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return counter;
}

Generator::Generator(std::uint64_t seed, std::uint64_t stream)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}, stream_(stream) {}

std::uint32_t Generator::next_u32() {
  const std::uint64_t index = position_ / 4;
  if (!block_ready_ || index != block_index_) {
    block_ = philox4x32({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                         static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)},
                        key_);
    block_index_ = index;
    block_ready_ = true;
  }
  return block_[position_++ % 4];
}

std::uint32_t Generator::below(std::uint32_t bound) {
  require<ArgumentError>(bound > 0, "below(0), expected a positive bound");
  const std::uint32_t rejected = (0u - bound) % bound;
  while (true) {
    const std::uint32_t word = next_u32();
    if (word >= rejected) return word % bound;
  }
}

std::uint64_t Generator::next_bits53() {
  const std::uint64_t high = next_u32() >> 5;
  const std::uint64_t low = next_u32() >> 6;
  return (high << 26) | low;
}

double Generator::uniform() {
  return static_cast<double>(next_bits53()) * 0x1p-53;
}

double Generator::normal() {
  // The middles of 2^52 equal parts of (0, 1): exact, symmetrical, never 0 or 1.
  return inverse_normal((static_cast<double>(next_bits53() >> 1) + 0.5) * 0x1p-52);
}

Tensor random_uniform(const Shape& shape, double low, double high, Generator& generator) {
  Tensor result = Tensor::empty(shape);
  for (float& value : result.mutable_data<float>()) value = static_cast<float>(generator.uniform(low, high));
  return result;
}

Tensor random_normal(const Shape& shape, double mean, double deviation, Generator& generator) {
  Tensor result = Tensor::empty(shape);
  for (float& value : result.mutable_data<float>()) {
    value = static_cast<float>(mean + deviation * generator.normal());
  }
  return result;
}

} // namespace mammo
