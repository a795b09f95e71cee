#include "mammo/nn/schedule.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace mammo::nn {
namespace {

void check_steps(std::int64_t steps) {
  require<ArgumentError>(steps > 0, "schedule over ", steps, " steps, expected a positive number");
}

double part_of(std::int64_t step, std::int64_t steps) {
  return std::clamp(static_cast<double>(step) / static_cast<double>(steps), 0.0, 1.0);
}

// From `from` to `to` along half a wave, `part` from 0 to 1.
double half_wave(double from, double to, double part) {
  return to + (from - to) * (1 + std::cos(std::numbers::pi * part)) / 2;
}

// `low` to `high` in the first `rise` of the steps, then to `end`.
Schedule two_waves(std::int64_t steps, double rise, double low, double high, double end) {
  require<ArgumentError>(steps > 1, "one cycle over ", steps, " steps, expected at least 2");
  require<ArgumentError>(rise > 0 && rise < 1, "one cycle that rises in ", rise,
                         " of its steps, expected a part between 0 and 1");
  const double last = static_cast<double>(steps) - 1;
  const double top = rise * static_cast<double>(steps) - 1;
  require<ArgumentError>(top > 0, "one cycle over ", steps, " steps that rises in ", rise,
                         " of them, expected more than one rising step");
  return [=](std::int64_t step) {
    const double at = std::clamp(static_cast<double>(step), 0.0, last);
    return at <= top ? half_wave(low, high, at / top) : half_wave(high, end, (at - top) / (last - top));
  };
}

} // namespace

Schedule constant(double factor) {
  return [factor](std::int64_t) { return factor; };
}

Schedule linear(std::int64_t steps, double from, double to) {
  check_steps(steps);
  return [=](std::int64_t step) { return from + (to - from) * part_of(step, steps); };
}

Schedule cosine(std::int64_t steps, double floor) {
  check_steps(steps);
  return [=](std::int64_t step) { return half_wave(1, floor, part_of(step, steps)); };
}

Schedule staircase(std::int64_t every, double factor) {
  check_steps(every);
  return [=](std::int64_t step) { return std::pow(factor, static_cast<double>(step / every)); };
}

Schedule staircase(const std::vector<std::int64_t>& at, double factor) {
  require<ArgumentError>(std::ranges::adjacent_find(at, std::ranges::greater_equal{}) == at.end(),
                         "the steps of a staircase, expected in ascending order");
  return [=](std::int64_t step) {
    return std::pow(factor, static_cast<double>(std::ranges::upper_bound(at, step) - at.begin()));
  };
}

Schedule warm_up(std::int64_t steps, Schedule after, double from) {
  check_steps(steps);
  return [=, rising = linear(steps, from, 1), after = std::move(after)](std::int64_t step) {
    return step < steps ? rising(step) : after(step - steps);
  };
}

Schedule one_cycle(std::int64_t steps, const OneCycleOptions& options) {
  return two_waves(steps, options.rise, options.start, 1, options.end);
}

Schedule one_cycle_momentum(std::int64_t steps, const OneCycleMomentum& options) {
  return two_waves(steps, options.rise, options.high, options.low, options.high);
}

} // namespace mammo::nn
