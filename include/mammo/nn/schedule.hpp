#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace mammo::nn {

/// What the learning rate is multiplied by at a step, counted from 0. A schedule is a pure function: a run
/// that goes on at step 7 needs to know nothing but the 7.
///
///     const nn::Schedule schedule = nn::warm_up(100, nn::cosine(900));
///     optimizer.step(net, schedule(step));
///
/// All functions here throw ArgumentError on numbers of steps that are not positive. After its last step a
/// schedule stays where it is.
using Schedule = std::function<double(std::int64_t step)>;

Schedule constant(double factor = 1);

/// From `from` at step 0 to `to` at step `steps`, in a straight line.
Schedule linear(std::int64_t steps, double from = 1, double to = 0);

/// From 1 down to `floor` along half a wave: floor + (1 - floor) (1 + cos(pi step / steps)) / 2 (Loshchilov
/// and Hutter 2017, equation 5).
Schedule cosine(std::int64_t steps, double floor = 0);

/// Times `factor` after every `every` steps.
Schedule staircase(std::int64_t every, double factor = 0.1);
/// Times `factor` at each of these steps. Throws ArgumentError unless they ascend.
Schedule staircase(const std::vector<std::int64_t>& at, double factor = 0.1);

/// In a straight line from `from` to 1 in `steps` steps (Goyal et al. 2017, section 2.2), then `after` from
/// its step 0 on.
Schedule warm_up(std::int64_t steps, Schedule after, double from = 0);

struct OneCycleOptions {
  double rise = 0.3;        ///< part of the steps in which the rate rises
  double start = 1.0 / 25;  ///< factor at the first step
  double end = 1.0 / 250e3; ///< factor at the last step
};
/// The rate rises from `start` to 1 and falls to `end`, each along half a cosine wave (Smith and Topin 2019,
/// in PyTorch's form). The last step is steps - 1.
Schedule one_cycle(std::int64_t steps, const OneCycleOptions& options = {});

struct OneCycleMomentum {
  double rise = 0.3; ///< as the rate's
  double low = 0.85; ///< where the rate is highest
  double high = 0.95;
};
/// The momentum that goes with it, a value and no factor: it falls while the rate rises.
///
///     optimizer.step(net, rate(step), momentum(step));
Schedule one_cycle_momentum(std::int64_t steps, const OneCycleMomentum& options = {});

} // namespace mammo::nn
