#include "mammo/image/vertical_crop.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>

namespace mammo::image {

RowRange rows_with_breast(const HalfSums& sums, double fraction) {
  require<ArgumentError>(fraction >= 0 && fraction < 1, "rows_with_breast: fraction ", fraction,
                         ", expected 0 or more and below 1");
  require<ArgumentError>(!sums.left.empty() && sums.left.size() == sums.right.size(),
                         "rows_with_breast: ", sums.left.size(), " and ", sums.right.size(),
                         " rows, expected as many of both");
  std::vector<std::uint64_t> row(sums.left.size());
  std::ranges::transform(sums.left, sums.right, row.begin(), std::plus{});
  const auto [darkest, brightest] = std::ranges::minmax(row);
  if (darkest == brightest) return {0, static_cast<std::int64_t>(row.size())};
  const double least = fraction * static_cast<double>(brightest - darkest);
  const auto shows_breast = [&](std::uint64_t sum) { return static_cast<double>(sum - darkest) > least; };
  const auto first = std::ranges::find_if(row, shows_breast);
  const auto last = std::find_if(row.rbegin(), row.rend(), shows_breast).base();
  return {first - row.begin(), last - row.begin()};
}

} // namespace mammo::image
