#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace mammo::test {

/// A data set whose example i is i.
struct Numbers {
  std::size_t count = 0;

  std::size_t size() const { return count; }
  std::size_t get(std::size_t index) const { return index; }
};

/// A collate that keeps the examples as they are.
struct Keep {
  template <class E>
  std::vector<E> operator()(std::span<const E> examples) const {
    return {examples.begin(), examples.end()};
  }
};

/// All that next() gives until it says that the epoch has ended.
template <class Source>
auto epoch_of(Source& source) {
  std::vector<typename decltype(source.next())::value_type> batches;
  while (auto batch = source.next()) batches.push_back(std::move(*batch));
  return batches;
}

} // namespace mammo::test
