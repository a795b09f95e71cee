#pragma once

#include "mammo/core/error.hpp"
#include "mammo/core/random.hpp"

#include <concepts>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace mammo::data {

/// Examples 0 .. size() - 1 by number. An example is any movable value: a Tensor, or a struct of tensors,
/// boxes and names.
///
/// `get` is called by several threads at once on one const object, and its result may depend on its arguments
/// alone. Adapters and loaders keep a copy of the data set that they are given, so one that holds much should
/// share it between its copies, as Tensor does.
template <class D>
concept PlainDataset = requires(const D& dataset, std::size_t index) {
  { dataset.size() } -> std::convertible_to<std::size_t>;
  { dataset.get(index) } -> std::movable;
};

/// The same with examples that are drawn or augmented at random: all chance comes from `generator`, of which
/// each example gets its own.
template <class D>
concept RandomDataset = requires(const D& dataset, std::size_t index, Generator& generator) {
  { dataset.size() } -> std::convertible_to<std::size_t>;
  { dataset.get(index, generator) } -> std::movable;
};

template <class D>
concept Dataset = std::copy_constructible<D> && (PlainDataset<D> || RandomDataset<D>);

/// Example `index`, with chance where the data set has any.
template <Dataset D>
auto get_example(const D& dataset, std::size_t index, Generator& generator) {
  if constexpr (RandomDataset<D>) {
    return dataset.get(index, generator);
  } else {
    return dataset.get(index);
  }
}

template <Dataset D>
using ExampleOf = decltype(get_example(std::declval<const D&>(), 0, std::declval<Generator&>()));

/// The examples `indices` of a data set, in that order: `Subset(films, validation)`. Throws ArgumentError on
/// an index that the data set does not have.
template <Dataset D>
class Subset {
 public:
  Subset(D dataset, std::vector<std::size_t> indices)
      : dataset_(std::move(dataset)), indices_(std::move(indices)) {
    const std::size_t size = dataset_.size();
    for (const std::size_t index : indices_) {
      require<ArgumentError>(index < size, "subset: example ", index, " of a data set of ", size);
    }
  }

  std::size_t size() const { return indices_.size(); }
  auto get(std::size_t index) const
    requires PlainDataset<D>
  {
    return dataset_.get(indices_.at(index));
  }
  auto get(std::size_t index, Generator& generator) const
    requires RandomDataset<D>
  {
    return dataset_.get(indices_.at(index), generator);
  }

 private:
  D dataset_;
  std::vector<std::size_t> indices_;
};

/// A data set whose examples went through `f`, called as `f(example)` or, for chance, `f(example,
/// generator)`: `Transformed(films, augment)`. `f` is called by several threads at once.
template <Dataset D, class F>
class Transformed {
 public:
  using Example = ExampleOf<D>;
  static constexpr bool random_transform = std::invocable<const F&, Example, Generator&>;
  static_assert(random_transform || std::invocable<const F&, Example>,
                "the transform takes neither (example) nor (example, generator)");

  Transformed(D dataset, F f) : dataset_(std::move(dataset)), f_(std::move(f)) {}

  std::size_t size() const { return dataset_.size(); }
  auto get(std::size_t index) const
    requires(PlainDataset<D> && !random_transform)
  {
    return std::invoke(f_, dataset_.get(index));
  }
  auto get(std::size_t index, Generator& generator) const
    requires(RandomDataset<D> || random_transform)
  {
    Example example = get_example(dataset_, index, generator);
    if constexpr (random_transform) {
      return std::invoke(f_, std::move(example), generator);
    } else {
      return std::invoke(f_, std::move(example));
    }
  }

 private:
  D dataset_;
  F f_;
};

} // namespace mammo::data
