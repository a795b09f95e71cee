#pragma once

#include "mammo/core/random.hpp"

namespace mammo {

/// Where dropout and drop path of the calling thread draw from. Seed it with `seed_training`; its position is
/// part of the state of a training run.
Generator& training_generator();

/// Starts the calling thread's generator anew.
void seed_training(std::uint64_t seed);

} // namespace mammo
