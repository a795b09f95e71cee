#pragma once

#include "mammo/pipeline/stage.hpp"

#include <optional>
#include <type_traits>
#include <utility>

namespace mammo::pipeline {

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// Nothing of nothing is nothing: there are no optionals of optionals.
template <class Out>
using OptionalOf =
    std::conditional_t<is_optional<std::decay_t<Out>>, std::decay_t<Out>, std::optional<std::decay_t<Out>>>;

} // namespace detail

/// A stage for what may be missing.
template <class S>
class Optional : public StageBase {
 public:
  using Input = std::conditional_t<is_known<typename S::Input>,
                                   std::optional<std::decay_t<typename S::Input>>, Unknown>;
  using Label = Unnamed<Optional>;
  static constexpr bool is_serial = S::is_serial;

 private:
  template <class Inner>
  struct Maybe {
    using Type = Inner;
  };
  template <class Out>
  struct Maybe<Fits<Out>> {
    using Type = Fits<detail::OptionalOf<Out>>;
  };
  template <class Left, class In>
  struct ValueCheck {
    using Type = StagesDoNotFit<Left, Gives<In>, Label, Takes<Input>>;
  };
  template <class Left, class In>
    requires detail::is_optional<std::remove_cvref_t<In>>
  struct ValueCheck<Left, In> : Maybe<typename S::template Check<Left, decltype(*std::declval<In>())>> {};

 public:
  template <class Left, class In>
  using Check = typename ValueCheck<Left, In>::Type;

  constexpr explicit Optional(S stage) : stage_(std::move(stage)) {}

  template <class In>
  constexpr auto operator()(In&& in) const {
    static_assert(must_fit<Check<Caller, In>>);
    using Out = OutputOf<Optional, In>;
    return in ? Out(stage_(*std::forward<In>(in))) : Out();
  }

  constexpr const S& inner() const { return stage_; }

 private:
  [[no_unique_address]] S stage_;
};

/// `optional(f)`: std::optional<T> to std::optional<U>, f's result where there is a value. Where f itself
/// gives an optional, that is the result.
template <class F>
constexpr auto optional(F f) {
  return Optional<AsStage<F>>(filter(std::move(f)));
}

} // namespace mammo::pipeline
