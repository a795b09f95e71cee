#pragma once

#include "mammo/pipeline/stage.hpp"

#include <concepts>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace mammo::pipeline {

/// Where a stream's items come from: `next()` gives one after the other, and nothing at the end. It is called
/// by one thread at a time. Where it throws, that item has failed, and the next call is about the next one.
template <class S>
concept IsSource = requires(S& source) {
  { *source.next() };
  { static_cast<bool>(source.next()) };
};

template <class Source>
using ItemOf = std::decay_t<decltype(*std::declval<Source&>().next())>;

/// A source and the stages that its items go through: `from(paths) | read | window`. It is run by `stream`.
template <class Source, class... Stages>
class Flow {
 public:
  using Item = ItemOf<Source>;

  Flow(Source source, std::tuple<Stages...> stages)
      : source_(std::move(source)), stages_(std::move(stages)) {}

  Source& source() { return source_; }
  std::tuple<Stages...>& stages() { return stages_; }

 private:
  Source source_;
  std::tuple<Stages...> stages_;
};

namespace detail {

template <class T>
struct ListSource {
  std::vector<T> items;
  std::size_t at = 0;

  std::optional<T> next() {
    if (at == items.size()) return std::nullopt;
    return std::move(items[at++]);
  }
};

template <class F>
struct GeneratorSource {
  F f;
  auto next() { return f(); }
};

template <class Source, class... Stages>
Flow<Source, Stages...> flow_of(Source source, std::tuple<Stages...> stages) {
  return {std::move(source), std::move(stages)};
}

/// Of an item that goes through the stages, in a stream: each gives a value.
template <class Left, class In, class... Stages>
struct FlowCheck {
  using Type = Fits<In>;
};
template <class Left, class In, class First, class... Rest>
struct FlowCheck<Left, In, First, Rest...> : ChainCheck<Left, In, First, Rest...> {};

} // namespace detail

/// A source of one's own.
template <IsSource S>
Flow<S> from(S source) {
  return {std::move(source), {}};
}

/// A list.
template <class T>
Flow<detail::ListSource<T>> from(std::vector<T> items) {
  return {{std::move(items)}, {}};
}

/// A function that gives a std::optional each time, and nothing at the end.
template <std::invocable F>
  requires(!IsSource<F>)
Flow<detail::GeneratorSource<F>> from(F f) {
  return {{std::move(f)}, {}};
}

template <class Source, class... Stages, class Right>
auto operator|(Flow<Source, Stages...> flow, Right right) {
  auto stages = std::tuple_cat(std::move(flow.stages()), detail::stages_of(filter(std::move(right))));
  [&]<class... All>(const std::tuple<All...>&) {
    using Check = typename detail::FlowCheck<Unnamed<Source>, ItemOf<Source>, All...>::Type;
    static_assert(must_fit<Check>);
  }(stages);
  return detail::flow_of(std::move(flow.source()), std::move(stages));
}

} // namespace mammo::pipeline
