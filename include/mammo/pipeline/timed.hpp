#pragma once

#include "mammo/pipeline/latency.hpp"
#include "mammo/pipeline/stage.hpp"

#include <chrono>
#include <utility>

namespace mammo::pipeline {

/// A stage whose calls are timed.
template <class S>
class Timed : public StageBase {
 public:
  using Input = typename S::Input;
  using Label = typename S::Label;
  static constexpr bool is_serial = S::is_serial;
  template <class Left, class In>
  using Check = typename S::template Check<Left, In>;

  Timed(LatencyHistogram& times, S stage) : times_(&times), stage_(std::move(stage)) {}

  template <class In>
  decltype(auto) operator()(In&& in) const {
    static_assert(must_fit<Check<Caller, In>>);
    const Lap lap(*times_);
    return stage_(std::forward<In>(in));
  }

  const S& inner() const { return stage_; }

 private:
  using Clock = std::chrono::steady_clock;

  struct Lap {
    explicit Lap(LatencyHistogram& to) : times(to) {}
    ~Lap() { times.add(Clock::now() - start); }
    Lap(const Lap&) = delete;
    Lap& operator=(const Lap&) = delete;
    LatencyHistogram& times;
    Clock::time_point start = Clock::now();
  };

  LatencyHistogram* times_;
  S stage_;
};

/// Adds the wall time of each call of f, failed ones too, to `times`, which must outlive the stage. A stream
/// times its stages by itself (StreamReport).
template <class F>
auto timed(LatencyHistogram& times, F f) {
  return Timed<AsStage<F>>(times, filter(std::move(f)));
}

} // namespace mammo::pipeline
