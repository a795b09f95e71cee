#pragma once

#include "mammo/pipeline/name.hpp"
#include "mammo/pipeline/signature.hpp"

#include <concepts>
#include <functional>
#include <type_traits>

// How a misfit becomes a message. A compiler prints a type by its name, with its arguments; so what does not
// fit is made the name of a type that is never defined, and the first use of it is the compiler's first
// error:
//
//   error: invalid application of 'sizeof' to incomplete type 'mammo::pipeline::StagesDoNotFit<
//          Stage<"read">, Gives<Film>, Stage<"blur">, Takes<Picture> >'
//
// Checks are types: Fits<Output>, or one of the undefined ones below. Every stage has
//
//   template <class Left, class In> using Check = ...;
//
// which says what comes out of it where `Left`, the label of the stage before it, gives it an `In`.

namespace mammo::pipeline {

// Words of the message.

template <Name>
struct Stage; ///< a stage with a name
template <class F>
struct Unnamed; ///< a stage without one; its callable stands for it
struct Caller;  ///< whoever calls the pipeline
template <class T>
struct Gives;
template <class T>
struct Takes;

/// `Left` gives what `Right` does not take.
template <class Left, class LeftGives, class Right, class RightTakes>
struct StagesDoNotFit;
/// The two ways of a branch have no common type.
template <class Yes, class YesGives, class No, class NoGives>
struct BranchesDoNotJoin;
/// A stage that changes itself when it is called could not be called by several threads: `serial(f)` can.
template <class Which>
struct StageMustBeSerial;

// Checks.

template <class Out>
struct Fits {
  using Output = Out;
};

template <class Check>
inline constexpr bool is_fit = false;
template <class Out>
inline constexpr bool is_fit<Fits<Out>> = true;

/// `static_assert(must_fit<Check>)` does not compile, with the message above, unless the check is a Fits.
template <class Check>
inline constexpr bool must_fit = sizeof(Check) > 0; // NOLINT(bugprone-sizeof-expression)

namespace detail {

/// Of a plain callable, called as `F`, which is const where several threads share it.
template <class Left, class In, class F, class Label, class Input>
struct CallCheck {
  using Type = StagesDoNotFit<Left, Gives<In>, Label, Takes<Input>>;
};
template <class Left, class In, class F, class Label, class Input>
  requires std::invocable<F&, In>
struct CallCheck<Left, In, F, Label, Input> {
  using Type = Fits<std::invoke_result_t<F&, In>>;
};
template <class Left, class In, class F, class Label, class Input>
  requires(!std::invocable<F&, In> && std::invocable<std::remove_const_t<F>&, In>)
struct CallCheck<Left, In, F, Label, Input> {
  using Type = StageMustBeSerial<Label>;
};

/// The first of some checks that is no Fits, else `Otherwise`.
template <class Otherwise, class... Checks>
struct FirstMisfit {
  using Type = Otherwise;
};
template <class Otherwise, class Check, class... Rest>
struct FirstMisfit<Otherwise, Check, Rest...> {
  using Type = Check;
};
template <class Otherwise, class Out, class... Rest>
struct FirstMisfit<Otherwise, Fits<Out>, Rest...> : FirstMisfit<Otherwise, Rest...> {};

/// A name given to a stage stands in messages for the unnamed callable inside.
template <class Check, class Label>
struct Relabelled {
  using Type = Check;
};
template <class Left, class G, class F, class T, class Label>
struct Relabelled<StagesDoNotFit<Left, G, Unnamed<F>, T>, Label> {
  using Type = StagesDoNotFit<Left, G, Label, T>;
};
template <class F, class Label>
struct Relabelled<StageMustBeSerial<Unnamed<F>>, Label> {
  using Type = StageMustBeSerial<Label>;
};

} // namespace detail
} // namespace mammo::pipeline
