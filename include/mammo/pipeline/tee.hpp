#pragma once

#include "mammo/pipeline/stage.hpp"

#include <tuple>
#include <type_traits>
#include <utility>

namespace mammo::pipeline {

/// Shows one value to several stages, one after the other, and joins what they give.
template <class... Arms>
class Tee : public StageBase {
 public:
  using Input = SeenInput<typename FirstKnown<typename Arms::Input...>::Type>;
  using Label = Unnamed<Tee>;
  static constexpr bool is_serial = (Arms::is_serial || ...);

 private:
  template <class In>
  using Seen = const std::remove_cvref_t<In>&;

  // An arm that gives nothing has no place in a tuple.
  template <class Check, class Arm>
  struct Kept {
    using Type = Check;
  };
  template <class Arm>
  struct Kept<Fits<void>, Arm> {
    using Type = StagesDoNotFit<typename Arm::Label, Gives<void>, Label, Takes<Unknown>>;
  };
  template <class Left, class In, class Arm>
  using ArmCheck = typename Kept<typename Arm::template Check<Left, Seen<In>>, Arm>::Type;

  template <class... Checks>
  struct Join {
    using Type = typename detail::FirstMisfit<void, Checks...>::Type;
  };
  template <class... Outs>
  struct Join<Fits<Outs>...> {
    using Type = Fits<std::tuple<std::decay_t<Outs>...>>;
  };

 public:
  template <class Left, class In>
  using Check = typename Join<ArmCheck<Left, In, Arms>...>::Type;

  constexpr explicit Tee(Arms... arms) : arms_(std::move(arms)...) {}

  template <class In>
  constexpr auto operator()(const In& in) const {
    static_assert(must_fit<Check<Caller, const In&>>);
    return std::apply(
        [&](const Arms&... arm) { return std::tuple<std::decay_t<decltype(arm(in))>...>{arm(in)...}; },
        arms_);
  }

  constexpr const std::tuple<Arms...>& arms() const { return arms_; }

 private:
  [[no_unique_address]] std::tuple<Arms...> arms_;
};

/// `tee(a, b, c)`: T to std::tuple<A, B, C>, by calling each with `const T&`.
template <class... Fs>
constexpr auto tee(Fs... fs) {
  static_assert(sizeof...(Fs) > 0, "tee() of no stage");
  return Tee<AsStage<Fs>...>(filter(std::move(fs))...);
}

namespace detail {

template <class F>
struct Spread {
  template <class Tuple>
    requires requires(const F& f, Tuple&& tuple) { std::apply(f, std::forward<Tuple>(tuple)); }
  constexpr decltype(auto) operator()(Tuple&& tuple) const {
    return std::apply(f, std::forward<Tuple>(tuple));
  }

  [[no_unique_address]] F f;
};

} // namespace detail

/// Calls f with a tuple's elements: `tee(a, b) | spread([](A a, B b) { ... })`.
template <class F>
constexpr auto spread(F f) {
  return filter(detail::Spread<F>{std::move(f)});
}

} // namespace mammo::pipeline
