#pragma once

#include "mammo/pipeline/stage.hpp"

#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

namespace mammo::pipeline {

namespace detail {

/// A container that is given away gives its elements away; a view or a container that stays shows them.
template <class In>
using ElementOf =
    std::conditional_t<std::is_lvalue_reference_v<In> || std::is_const_v<std::remove_reference_t<In>> ||
                           std::ranges::view<std::remove_cvref_t<In>>,
                       const std::ranges::range_value_t<In>&, std::ranges::range_value_t<In>>;

template <class Out>
struct ManyOf {
  using Type = std::vector<std::decay_t<Out>>;
};
template <>
struct ManyOf<void> {
  using Type = void;
};

} // namespace detail

/// A stage for each element of a range.
template <class S>
class Each : public StageBase {
 public:
  using Input =
      std::conditional_t<is_known<typename S::Input>, std::vector<std::decay_t<typename S::Input>>, Unknown>;
  using Label = Unnamed<Each>;
  static constexpr bool is_serial = S::is_serial;

 private:
  template <class Inner>
  struct Many {
    using Type = Inner;
  };
  template <class Out>
  struct Many<Fits<Out>> {
    using Type = Fits<typename detail::ManyOf<Out>::Type>;
  };
  template <class Left, class In>
  struct RangeCheck {
    using Type = StagesDoNotFit<Left, Gives<In>, Label, Takes<Input>>;
  };
  template <class Left, class In>
    requires std::ranges::range<In>
  struct RangeCheck<Left, In> : Many<typename S::template Check<Left, detail::ElementOf<In>>> {};

 public:
  template <class Left, class In>
  using Check = typename RangeCheck<Left, In>::Type;

  constexpr explicit Each(S stage) : stage_(std::move(stage)) {}

  template <class In>
  constexpr auto operator()(In&& in) const {
    static_assert(must_fit<Check<Caller, In>>);
    using Out = OutputOf<Each, In>;
    using Element = detail::ElementOf<In>;
    if constexpr (std::is_void_v<Out>) {
      for (auto&& element : in) stage_(static_cast<Element&&>(element));
    } else {
      Out results;
      if constexpr (std::ranges::sized_range<In>) results.reserve(std::ranges::size(in));
      for (auto&& element : in) results.push_back(stage_(static_cast<Element&&>(element)));
      return results;
    }
  }

  constexpr const S& inner() const { return stage_; }

 private:
  [[no_unique_address]] S stage_;
};

/// `each(f)`: a range of T to std::vector<U>, in order; where f gives nothing, so does each(f).
template <class F>
constexpr auto each(F f) {
  return Each<AsStage<F>>(filter(std::move(f)));
}

} // namespace mammo::pipeline
