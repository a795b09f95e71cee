#pragma once

#include "mammo/core/threads.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <type_traits>
#include <vector>

namespace mammo::train {

/// `make(item)` for each item, in parallel; in the items' order. `done` is told how many are ready, by one
/// thread at a time. Rethrows the first exception.
template <class Item, class Make>
auto in_parallel(std::span<const Item> items, const Make& make,
                 const std::function<void(std::size_t done)>& done) {
  std::vector<std::invoke_result_t<const Make&, const Item&>> made(items.size());
  std::mutex counting;
  std::size_t ready = 0;
  parallel_for(0, static_cast<std::int64_t>(items.size()), 1, [&](std::int64_t first, std::int64_t last) {
    for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
      made[i] = make(items[i]);
      const std::lock_guard lock(counting);
      if (done) done(++ready);
    }
  });
  return made;
}

} // namespace mammo::train
