#pragma once

#include "mammo/pipeline/batch.hpp"
#include "mammo/pipeline/branch.hpp"
#include "mammo/pipeline/cached.hpp"
#include "mammo/pipeline/each.hpp"
#include "mammo/pipeline/optional.hpp"
#include "mammo/pipeline/retry.hpp"
#include "mammo/pipeline/stage.hpp"
#include "mammo/pipeline/tee.hpp"
#include "mammo/pipeline/timed.hpp"
#include "mammo/pipeline/type_name.hpp"

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace mammo::pipeline {

/// What a pipeline is made of.
struct Description {
  std::string name;  ///< empty: nobody gave one
  std::string kind;  ///< "stage", "pipeline", "tee", "branch", "each", "optional", "batch 8", ...
  std::string input; ///< type names
  std::string output;
  bool serial = false;
  std::vector<Description> parts; ///< in order; side by side in a tee and a branch

  /// A line a stage, indented below what it is part of: "read: std::filesystem::path -> Film".
  std::string text() const;
  /// The same for Graphviz' dot: stages as boxes, the types on the edges.
  std::string graphviz() const;
};

namespace detail {

template <class S>
struct Parts { // of a plain stage there are none
  template <class In>
  static void describe(Description& into, const S& stage) {
    into.kind = stage.is_serial ? "serial stage" : "stage";
  }
};

template <class S, class In>
Description describe_stage(const S& stage) {
  Description result;
  result.input = type_name<std::remove_cvref_t<In>>();
  result.output = type_name<std::decay_t<OutputOf<S, In>>>();
  result.serial = S::is_serial;
  Parts<S>::template describe<In>(result, stage);
  return result;
}

template <Name N, class S>
struct Parts<Named<N, S>> {
  template <class In>
  static void describe(Description& into, const Named<N, S>& stage) {
    into = describe_stage<S, In>(stage.inner());
    into.name = N.view();
  }
};

template <class... Stages>
struct Parts<Chain<Stages...>> {
  template <class In>
  static void describe(Description& into, const Chain<Stages...>& chain) {
    into.kind = "pipeline";
    add<0, In>(into, chain.stages());
  }
  template <std::size_t I, class In>
  static void add(Description& into, const std::tuple<Stages...>& stages) {
    if constexpr (I < sizeof...(Stages)) {
      using S = std::tuple_element_t<I, std::tuple<Stages...>>;
      into.parts.push_back(describe_stage<S, In>(std::get<I>(stages)));
      add<I + 1, OutputOf<S, In>>(into, stages);
    }
  }
};

template <class... Arms>
struct Parts<Tee<Arms...>> {
  template <class In>
  static void describe(Description& into, const Tee<Arms...>& tee) {
    into.kind = "tee";
    std::apply(
        [&](const Arms&... arm) {
          (into.parts.push_back(describe_stage<Arms, const std::remove_cvref_t<In>&>(arm)), ...);
        },
        tee.arms());
  }
};

template <class P, class A, class B>
struct Parts<Branch<P, A, B>> {
  template <class In>
  static void describe(Description& into, const Branch<P, A, B>& branch) {
    into.kind = "branch";
    into.parts.push_back(describe_stage<A, In>(branch.yes()));
    into.parts.push_back(describe_stage<B, In>(branch.no()));
  }
};

template <class S>
struct Parts<Each<S>> {
  template <class In>
  static void describe(Description& into, const Each<S>& each) {
    into.kind = "each";
    into.parts.push_back(describe_stage<S, ElementOf<In>>(each.inner()));
  }
};

template <class S>
struct Parts<Optional<S>> {
  template <class In>
  static void describe(Description& into, const Optional<S>& stage) {
    into.kind = "optional";
    into.parts.push_back(describe_stage<S, decltype(*std::declval<In>())>(stage.inner()));
  }
};

template <class S>
struct Parts<Batch<S>> {
  template <class In>
  static void describe(Description& into, const Batch<S>& batch) {
    into.kind = concat("batch ", batch.size());
    into.parts.push_back(describe_stage<S, std::vector<std::decay_t<In>>>(batch.inner()));
  }
};

/// Of stages that change how one is called, not what it takes and gives: "retry stage".
template <class In, class S>
void describe_wrapped(Description& into, const char* word, const S& inner) {
  into = describe_stage<S, In>(inner);
  into.kind = concat(word, " ", into.kind);
}

template <class S>
struct Parts<Retry<S>> {
  template <class In>
  static void describe(Description& into, const Retry<S>& retry) {
    describe_wrapped<const std::remove_cvref_t<In>&>(into, "retried", retry.inner());
  }
};

template <class S>
struct Parts<Cached<S>> {
  template <class In>
  static void describe(Description& into, const Cached<S>& cached) {
    describe_wrapped<const std::remove_cvref_t<In>&>(into, "cached", cached.inner());
  }
};

template <class S>
struct Parts<Timed<S>> {
  template <class In>
  static void describe(Description& into, const Timed<S>& timed) {
    describe_wrapped<In>(into, "timed", timed.inner());
  }
};

} // namespace detail

/// Of a pipeline that is given an `In`.
template <class In, IsStage S>
Description describe(const S& pipeline) {
  static_assert(must_fit<typename S::template Check<Caller, In>>);
  return detail::describe_stage<S, In>(pipeline);
}

/// Of a pipeline whose first stage says what it takes.
template <IsStage S>
  requires is_known<typename S::Input>
Description describe(const S& pipeline) {
  return describe<typename S::Input>(pipeline);
}

} // namespace mammo::pipeline
