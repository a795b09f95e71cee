#pragma once

#include "mammo/pipeline/stage.hpp"

#include <concepts>
#include <type_traits>
#include <utility>

namespace mammo::pipeline {

/// Sends a value one of two ways.
template <class Predicate, class Yes, class No>
class Branch : public StageBase {
 public:
  using Input = typename FirstKnown<typename Yes::Input, typename No::Input, typename Predicate::Input>::Type;
  using Label = Unnamed<Branch>;
  static constexpr bool is_serial = Predicate::is_serial || Yes::is_serial || No::is_serial;

 private:
  template <class Asked, class YesCheck, class NoCheck>
  struct Join {
    using Type = typename detail::FirstMisfit<void, Asked, YesCheck, NoCheck>::Type;
  };
  template <class Answer, class YesOut, class NoOut>
  struct Join<Fits<Answer>, Fits<YesOut>, Fits<NoOut>> {
    using Type = BranchesDoNotJoin<typename Yes::Label, Gives<YesOut>, typename No::Label, Gives<NoOut>>;
  };
  template <class Answer, class YesOut, class NoOut>
    requires(std::convertible_to<Answer, bool> && requires { typename std::common_type_t<YesOut, NoOut>; })
  struct Join<Fits<Answer>, Fits<YesOut>, Fits<NoOut>> {
    using Type = Fits<std::common_type_t<YesOut, NoOut>>;
  };
  template <class Answer, class YesOut, class NoOut>
    requires(!std::convertible_to<Answer, bool>)
  struct Join<Fits<Answer>, Fits<YesOut>, Fits<NoOut>> {
    using Type = StagesDoNotFit<typename Predicate::Label, Gives<Answer>, Label, Takes<bool>>;
  };

 public:
  template <class Left, class In>
  using Check =
      typename Join<typename Predicate::template Check<Left, const std::remove_cvref_t<In>&>,
                    typename Yes::template Check<Left, In>, typename No::template Check<Left, In>>::Type;

  constexpr Branch(Predicate predicate, Yes yes, No no)
      : predicate_(std::move(predicate)), yes_(std::move(yes)), no_(std::move(no)) {}

  template <class In>
  constexpr auto operator()(In&& in) const {
    static_assert(must_fit<Check<Caller, In>>);
    using Out = OutputOf<Branch, In>;
    return predicate_(std::as_const(in)) ? static_cast<Out>(yes_(std::forward<In>(in)))
                                         : static_cast<Out>(no_(std::forward<In>(in)));
  }

  constexpr const Predicate& predicate() const { return predicate_; }
  constexpr const Yes& yes() const { return yes_; }
  constexpr const No& no() const { return no_; }

 private:
  [[no_unique_address]] Predicate predicate_;
  [[no_unique_address]] Yes yes_;
  [[no_unique_address]] No no_;
};

/// `branch(is_dicom, a, b)`: a's result where the predicate says yes to the value, else b's; what comes out
/// is the common type of both.
template <class P, class A, class B>
constexpr auto branch(P predicate, A yes, B no) {
  return Branch<AsStage<P>, AsStage<A>, AsStage<B>>(filter(std::move(predicate)), filter(std::move(yes)),
                                                    filter(std::move(no)));
}

} // namespace mammo::pipeline
