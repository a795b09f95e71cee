#pragma once

#include "mammo/core/shape.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace mammo::cpu {

struct Loop {
  std::int64_t size;
  std::int64_t stride;
};

/// Nested loops counted through by one number.
struct Nest {
  std::vector<Loop> loops;

  std::int64_t count() const {
    std::int64_t product = 1;
    for (const Loop& loop : loops) product *= loop.size;
    return product;
  }
  std::int64_t offset(std::int64_t i) const {
    std::int64_t at = 0;
    for (std::size_t k = loops.size(); k-- > 0;) {
      at += i % loops[k].size * loops[k].stride;
      i /= loops[k].size;
    }
    return at;
  }
};

/// A row-major tensor as loops over what stays, loops over what goes, and a run of memory that is one of
/// both. Neighbouring dimensions with the same fate are one.
struct Reduction {
  Nest kept;
  Nest gone;
  std::int64_t run = 1;
  bool run_is_gone = false;

  Reduction(const Shape& shape, const Dims& dims) {
    struct Group {
      Loop loop;
      bool gone;
    };
    std::vector<Group> groups;
    const Strides strides = row_major_strides(shape);
    for (int d = 0; d < shape.rank(); ++d) {
      if (shape[d] == 1) continue;
      const bool is_gone = std::ranges::find(dims, d) != dims.end();
      if (!groups.empty() && groups.back().gone == is_gone) {
        groups.back().loop = {groups.back().loop.size * shape[d], strides[d]};
      } else {
        groups.push_back({{shape[d], strides[d]}, is_gone});
      }
    }
    if (groups.empty()) return;
    run = groups.back().loop.size;
    run_is_gone = groups.back().gone;
    groups.pop_back();
    for (const Group& group : groups) (group.gone ? gone : kept).loops.push_back(group.loop);
  }
};

} // namespace mammo::cpu
