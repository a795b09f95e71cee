#pragma once

#include "mammo/pipeline/fit.hpp"
#include "mammo/pipeline/name.hpp"
#include "mammo/pipeline/signature.hpp"

#include <concepts>
#include <cstddef>
#include <functional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace mammo::pipeline {

/// Every stage is one: a value that is called with one value and gives one, or nothing.
///
///     const auto prepare = named<"read">(read_film) | named<"window">(window) | [](Picture p) { ... };
///     const Picture picture = prepare(path);
///
/// - `filter(f)` makes a stage of any callable: function, lambda, pointer to member.
/// - `a | b` calls b with what a gives. Its left side is a stage; its right side may be any callable. The
///   types are checked when it is written, where the first stage says what it takes, else when it is called.
/// - Values are passed on, not kept: move-only ones pass. A stage that asks for `const T&` gets one.
/// - A pipeline is a stage again, and a value: it can be copied (where its stages can), put into others,
///   named, tested alone. Calling it costs what the calls written by hand cost.
/// - A stage is called as a const object, since a stream calls it in several threads. One that changes itself
///   has to be `serial(f)`.
///
/// A stage class has: `Input`, what it takes or Unknown; `Label`, what messages call it; `is_serial`;
/// `Check<Left, In>` (fit.hpp); `operator()(In&&) const`; and `describe<In>()` (describe.hpp).
struct StageBase {};

template <class S>
concept IsStage = std::derived_from<std::remove_cvref_t<S>, StageBase>;

/// What comes out of stage S when an `In` goes in.
template <class S, class In>
using OutputOf = typename S::template Check<Caller, In>::Output;

/// Whether `S` takes an `In`; for constraints of one's own.
template <class S, class In>
concept Accepts = IsStage<S> && is_fit<typename S::template Check<Caller, In>>;

/// A stage of one callable.
template <class F>
class Filter : public StageBase {
 public:
  using Input = DeclaredInput<F>;
  using Label = Unnamed<F>;
  static constexpr bool is_serial = false;
  template <class Left, class In>
  using Check = typename detail::CallCheck<Left, In, const F, Label, Input>::Type;

  constexpr explicit Filter(F f) : f_(std::move(f)) {}

  template <class In>
  constexpr decltype(auto) operator()(In&& in) const {
    static_assert(must_fit<Check<Caller, In>>);
    return std::invoke(f_, std::forward<In>(in));
  }

 private:
  [[no_unique_address]] F f_;
};

namespace detail {

/// What a serial stage knows of what it calls: a callable, or a stage.
template <class F>
struct Called {
  using Input = DeclaredInput<F>;
  using Label = Unnamed<F>;
  template <class Left, class In>
  using Check = typename CallCheck<Left, In, F, Label, Input>::Type;
};
template <IsStage F>
struct Called<F> {
  using Input = typename F::Input;
  using Label = typename F::Label;
  template <class Left, class In>
  using Check = typename F::template Check<Left, In>;
};

} // namespace detail

/// A stage of one callable that is called with one item at a time, in the order of the stream where that is
/// kept; the callable may change itself.
template <class F>
class Serial : public StageBase {
 public:
  using Input = typename detail::Called<F>::Input;
  using Label = typename detail::Called<F>::Label;
  static constexpr bool is_serial = true;
  template <class Left, class In>
  using Check = typename detail::Called<F>::template Check<Left, In>;

  /// While it runs it may use `threads` threads of the budget; 0: as many as any stage.
  constexpr explicit Serial(F f, int threads = 0) : f_(std::move(f)), threads_(threads) {}

  template <class In>
  constexpr decltype(auto) operator()(In&& in) const {
    static_assert(must_fit<Check<Caller, In>>);
    return std::invoke(f_, std::forward<In>(in));
  }

  constexpr int threads() const { return threads_; }

 private:
  [[no_unique_address]] mutable F f_;
  int threads_;
};

/// The callable as a stage; a stage stays what it is.
template <class F>
constexpr auto filter(F f) {
  if constexpr (IsStage<F>) {
    return f;
  } else {
    return Filter<F>(std::move(f));
  }
}

template <class F>
using AsStage = decltype(filter(std::declval<std::decay_t<F>>()));

/// One item at a time.
template <class F>
constexpr auto serial(F f) {
  return Serial<F>(std::move(f));
}

/// One item at a time, in `threads` threads of the budget: for a network. A stream sets them aside when it
/// is made (stream.hpp).
template <class F>
constexpr auto leasing(int threads, F f) {
  return Serial<F>(std::move(f), threads);
}

namespace detail {

template <class Check, class Label, class... Rest>
struct ChainRest;
template <class Left, class In, class First, class... Rest>
struct ChainCheck : ChainRest<typename First::template Check<Left, In>, typename First::Label, Rest...> {};
template <class Check, class Label, class... Rest>
struct ChainRest {
  using Type = Check;
};
template <class Out, class Label, class Next, class... Rest>
struct ChainRest<Fits<Out>, Label, Next, Rest...> : ChainCheck<Label, Out, Next, Rest...> {};

template <class First, class...>
struct FirstOf {
  using Type = First;
};

} // namespace detail

/// Stages one after the other; what `|` makes.
template <class... Stages>
class Chain : public StageBase {
 public:
  using Input = typename detail::FirstOf<Stages...>::Type::Input;
  using Label = typename std::tuple_element_t<sizeof...(Stages) - 1, std::tuple<Stages...>>::Label;
  static constexpr bool is_serial = (Stages::is_serial || ...);
  template <class Left, class In>
  using Check = typename detail::ChainCheck<Left, In, Stages...>::Type;

  constexpr explicit Chain(std::tuple<Stages...> stages) : stages_(std::move(stages)) {}

  /// Returns a value, never a reference into what a stage gave.
  template <class In>
  constexpr auto operator()(In&& in) const {
    static_assert(must_fit<Check<Caller, In>>);
    return call<0>(std::forward<In>(in));
  }

  constexpr const std::tuple<Stages...>& stages() const& { return stages_; }
  constexpr std::tuple<Stages...>&& stages() && { return std::move(stages_); }

 private:
  // What a stage gives lives until those after it have returned; so a value is made right there.
  template <std::size_t I, class In>
  constexpr auto call(In&& in) const {
    if constexpr (I + 1 == sizeof...(Stages)) {
      return std::get<I>(stages_)(std::forward<In>(in));
    } else {
      return call<I + 1>(std::get<I>(stages_)(std::forward<In>(in)));
    }
  }

  [[no_unique_address]] std::tuple<Stages...> stages_;
};

/// A stage under a name, which errors, reports and the compiler's messages then use.
template <Name N, class S>
class Named : public StageBase {
 public:
  using Input = typename S::Input;
  using Label = Stage<N>;
  static constexpr bool is_serial = S::is_serial;
  template <class Left, class In>
  using Check = typename detail::Relabelled<typename S::template Check<Left, In>, Label>::Type;

  constexpr explicit Named(S stage) : stage_(std::move(stage)) {}

  template <class In>
  constexpr decltype(auto) operator()(In&& in) const {
    static_assert(must_fit<Check<Caller, In>>);
    return stage_(std::forward<In>(in));
  }

  static constexpr std::string_view name() { return N.view(); }
  constexpr const S& inner() const { return stage_; }

 private:
  [[no_unique_address]] S stage_;
};

template <Name N, class F>
constexpr auto named(F f) {
  return Named<N, AsStage<F>>(filter(std::move(f)));
}

namespace detail {

template <class S>
constexpr std::tuple<S> stages_of(S stage) {
  return std::tuple<S>(std::move(stage));
}
template <class... Stages>
constexpr std::tuple<Stages...> stages_of(Chain<Stages...> chain) {
  return std::move(chain).stages();
}

template <class... Stages>
constexpr Chain<Stages...> chain_of(std::tuple<Stages...> stages) {
  return Chain<Stages...>(std::move(stages));
}

/// What two stages become when they are joined.
template <class Left, class Right>
using Joined =
    decltype(chain_of(std::tuple_cat(stages_of(std::declval<Left>()), stages_of(std::declval<Right>()))));

} // namespace detail

template <IsStage Left, class Right>
constexpr auto operator|(Left left, Right right) {
  using Pipeline = detail::Joined<Left, AsStage<Right>>;
  if constexpr (is_known<typename Pipeline::Input>) {
    static_assert(must_fit<typename Pipeline::template Check<Caller, typename Pipeline::Input>>);
  }
  return detail::chain_of(
      std::tuple_cat(detail::stages_of(std::move(left)), detail::stages_of(filter(std::move(right)))));
}

} // namespace mammo::pipeline
