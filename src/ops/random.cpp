#include "mammo/ops/random.hpp"

namespace mammo {

Generator& training_generator() {
  thread_local Generator generator(0);
  return generator;
}

void seed_training(std::uint64_t seed) {
  training_generator() = Generator(seed);
}

} // namespace mammo
