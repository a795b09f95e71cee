#pragma once

#include "mammo/core/error.hpp"
#include "mammo/pipeline/stage.hpp"

#include <chrono>
#include <exception>
#include <thread>
#include <type_traits>
#include <utility>

namespace mammo::pipeline {

/// A stage that is called again when it fails.
template <class S>
class Retry : public StageBase {
 public:
  using Input = SeenInput<typename S::Input>;
  using Label = typename S::Label;
  static constexpr bool is_serial = S::is_serial;
  template <class Left, class In>
  using Check = typename S::template Check<Left, const std::remove_cvref_t<In>&>;

  /// Throws ArgumentError unless times >= 1.
  Retry(int times, std::chrono::nanoseconds pause, S stage)
      : times_(times), pause_(pause), stage_(std::move(stage)) {
    require<ArgumentError>(times >= 1, "retry of ", times, " times, expected 1 or more");
  }

  template <class In>
  decltype(auto) operator()(const In& in) const {
    static_assert(must_fit<Check<Caller, const In&>>);
    for (int left = times_; left > 1; --left) {
      try {
        return stage_(in);
      } catch (const std::exception&) { // the next call says whether it was a passing fault
        std::this_thread::sleep_for(pause_);
      }
    }
    return stage_(in);
  }

  const S& inner() const { return stage_; }

 private:
  int times_;
  std::chrono::nanoseconds pause_;
  S stage_;
};

/// Calls f, which sees the value as `const T&`, until it does not throw a std::exception, at most `times`
/// times with a pause between; the last one's exception is thrown on.
template <class F>
auto retry(int times, std::chrono::nanoseconds pause, F f) {
  return Retry<AsStage<F>>(times, pause, filter(std::move(f)));
}
template <class F>
auto retry(int times, F f) {
  return retry(times, std::chrono::nanoseconds{0}, std::move(f));
}

} // namespace mammo::pipeline
