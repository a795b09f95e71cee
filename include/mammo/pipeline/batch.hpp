#pragma once

#include "mammo/core/error.hpp"
#include "mammo/pipeline/stage.hpp"

#include <chrono>
#include <cstddef>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

namespace mammo::pipeline {

/// A stage that takes many items at a time.
template <class S>
class Batch : public StageBase {
 public:
  using Many = std::remove_cvref_t<typename S::Input>;
  using Label = Unnamed<Batch>;
  static constexpr bool is_serial = S::is_serial;

 private:
  template <class M>
  struct Single {
    using Type = Unknown;
  };
  template <class T>
  struct Single<std::vector<T>> {
    using Type = T;
  };

  // What comes back for a batch is scattered again.
  template <class Inner>
  struct Scattered {
    using Type = Inner;
  };
  template <class Out>
  struct Scattered<Fits<Out>> {
    using Type = StagesDoNotFit<typename S::Label, Gives<Out>, Label, Takes<std::vector<Unknown>>>;
  };
  template <class T>
  struct Scattered<Fits<std::vector<T>>> {
    using Type = Fits<T>;
  };

 public:
  using Input = typename Single<Many>::Type;
  template <class Left, class In>
  using Check = typename Scattered<typename S::template Check<Left, std::vector<std::decay_t<In>>>>::Type;

  /// Throws ArgumentError unless size >= 1.
  Batch(std::size_t size, std::chrono::nanoseconds max_wait, S stage)
      : size_(size), max_wait_(max_wait), stage_(std::move(stage)) {
    require<ArgumentError>(size >= 1, "batch of ", size, " items, expected 1 or more");
  }

  /// A batch of one. Only a stream has others to wait for.
  template <class In>
  auto operator()(In&& in) const {
    static_assert(must_fit<Check<Caller, In>>);
    std::vector<std::decay_t<In>> one;
    one.push_back(std::forward<In>(in));
    return OutputOf<Batch, In>(std::move(together(std::move(one)).front()));
  }

  /// What each of the items becomes. Throws Error where the stage gives more or fewer than it got.
  template <class T>
  auto together(std::vector<T> items) const -> std::vector<OutputOf<Batch, T>> {
    const std::size_t count = items.size();
    auto results = stage_(std::move(items));
    require<Error>(results.size() == count, "a batch of ", count, " items gave ", results.size(), " results");
    return results;
  }

  std::size_t size() const { return size_; }
  std::chrono::nanoseconds max_wait() const { return max_wait_; }
  const S& inner() const { return stage_; }

 private:
  std::size_t size_;
  std::chrono::nanoseconds max_wait_;
  S stage_;
};

/// `batch(n, max_wait, f)`, f from std::vector<T> to a std::vector<U> of the same size: T to U. In a stream
/// it gathers n items, or those that came within `max_wait` of the first, calls f once and scatters the
/// results; it waits no longer than there are others on their way. Where f throws, the items are tried one by
/// one, so that the others go on; not those that can be neither copied nor shown as const. Called without a
/// stream, and inside of tee, branch, each and other stages, it is a batch of one.
template <class F>
auto batch(std::size_t size, std::chrono::nanoseconds max_wait, F f) {
  return Batch<AsStage<F>>(size, max_wait, filter(std::move(f)));
}

} // namespace mammo::pipeline
