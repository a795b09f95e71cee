#pragma once

#include <type_traits>

namespace mammo::pipeline {

/// What a callable takes that does not say it: one with a template or several call operators.
struct Unknown {};

namespace detail {

template <class F>
struct CallOperator {
  using Input = Unknown;
};
template <class C, class R, class A>
struct CallOperator<R (C::*)(A)> {
  using Input = A;
};
template <class C, class R, class A>
struct CallOperator<R (C::*)(A) const> {
  using Input = A;
};
template <class C, class R, class A>
struct CallOperator<R (C::*)(A) noexcept> {
  using Input = A;
};
template <class C, class R, class A>
struct CallOperator<R (C::*)(A) const noexcept> {
  using Input = A;
};

template <class F>
struct Signature {
  using Input = Unknown;
};
template <class F>
  requires requires { &F::operator(); }
struct Signature<F> : CallOperator<decltype(&F::operator())> {};
template <class R, class A>
struct Signature<R (*)(A)> {
  using Input = A;
};
template <class R, class A>
struct Signature<R (*)(A) noexcept> {
  using Input = A;
};
template <class C, class R>
struct Signature<R C::*> {
  using Input = const C&;
};

} // namespace detail

/// The type of the one parameter of a function pointer, a lambda or another object with one call operator; a
/// member's class; else Unknown.
template <class F>
using DeclaredInput = typename detail::Signature<F>::Input;

template <class Input>
inline constexpr bool is_known = !std::is_same_v<Input, Unknown>;

/// The first of some inputs that is known.
template <class... Inputs>
struct FirstKnown {
  using Type = Unknown;
};
template <class Input, class... Rest>
struct FirstKnown<Input, Rest...> {
  using Type = std::conditional_t<is_known<Input>, Input, typename FirstKnown<Rest...>::Type>;
};

/// `const T&` of a known input: what a stage takes that only looks at it.
template <class Input>
using SeenInput = std::conditional_t<is_known<Input>, const std::remove_cvref_t<Input>&, Unknown>;

} // namespace mammo::pipeline
