#include "image/runs.hpp"

#include "mammo/core/threads.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <mutex>
#include <numeric>

namespace mammo::image {
namespace {

// Pixels that are looked at together, as vectors.
constexpr std::int32_t piece = 64;

// Whether a piece is all inside, or all outside.
bool is_even(const std::uint8_t* at, int level, bool inside) {
  std::uint8_t least = 255;
  std::uint8_t most = 0;
  for (std::int32_t i = 0; i < piece; ++i) {
    least = std::min(least, at[i]);
    most = std::max(most, at[i]);
  }
  return inside ? least > level : most <= level;
}

void append_row(const std::uint8_t* line, std::int32_t width, int level, std::vector<Run>& runs) {
  bool inside = false;
  std::int32_t begin = 0;
  const auto step = [&](std::int32_t x) {
    const bool above = line[x] > level;
    if (above == inside) return;
    if (above)
      begin = x;
    else
      runs.push_back({begin, x});
    inside = above;
  };
  std::int32_t x = 0;
  for (; x + piece <= width; x += piece) {
    // Nothing changes in most pieces.
    if (is_even(line + x, level, inside)) continue;
    for (std::int32_t i = x; i < x + piece; ++i) step(i);
  }
  for (; x < width; ++x) step(x);
  if (inside) runs.push_back({begin, width});
}

std::int32_t root_of(std::vector<std::int32_t>& parent, std::int32_t run) {
  const auto up = [&](std::int32_t r) -> std::int32_t& { return parent[static_cast<std::size_t>(r)]; };
  while (up(run) != run) run = up(run) = up(up(run));
  return run;
}

// The smaller root stays, so that a part's root is its first run.
void join(std::vector<std::int32_t>& parent, std::int32_t a, std::int32_t b) {
  a = root_of(parent, a);
  b = root_of(parent, b);
  parent[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
}

// Appends a row made of runs in any order.
void append_joined(std::vector<Run>& runs, RunMask& mask) {
  std::ranges::sort(runs, {}, &Run::begin);
  for (const Run& run : runs) {
    const bool first = mask.runs.size() == mask.row_start.back();
    if (!first && run.begin <= mask.runs.back().end)
      mask.runs.back().end = std::max(mask.runs.back().end, run.end);
    else
      mask.runs.push_back(run);
  }
  mask.end_row();
}

} // namespace

RunMask runs_above(const std::uint8_t* pixels, std::int64_t height, std::int64_t width, int level) {
  // Threads take bands of rows, which are strung together afterwards.
  constexpr std::int64_t band = 64;
  std::vector<RunMask> bands(static_cast<std::size_t>((height + band - 1) / band));
  parallel_for(0, static_cast<std::int64_t>(bands.size()), 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t b = first; b < last; ++b) {
      RunMask& part = bands[static_cast<std::size_t>(b)];
      for (std::int64_t y = b * band; y < std::min((b + 1) * band, height); ++y) {
        append_row(pixels + y * width, static_cast<std::int32_t>(width), level, part.runs);
        part.end_row();
      }
    }
  });
  RunMask mask{height, width, {}, {0}};
  for (const RunMask& part : bands) {
    const std::size_t before = mask.runs.size();
    mask.runs.insert(mask.runs.end(), part.runs.begin(), part.runs.end());
    for (std::size_t row = 1; row < part.row_start.size(); ++row) {
      mask.row_start.push_back(before + part.row_start[row]);
    }
  }
  return mask;
}

RunMask complement(const RunMask& mask) {
  RunMask result{mask.height, mask.width, {}, {0}};
  for (std::int64_t y = 0; y < mask.height; ++y) {
    std::int32_t from = 0;
    for (const Run& run : mask.row(y)) {
      if (run.begin > from) result.runs.push_back({from, run.begin});
      from = run.end;
    }
    if (from < mask.width) result.runs.push_back({from, static_cast<std::int32_t>(mask.width)});
    result.end_row();
  }
  return result;
}

std::vector<std::int32_t> connected(const RunMask& mask, bool through_corners) {
  std::vector<std::int32_t> parent(mask.runs.size());
  std::iota(parent.begin(), parent.end(), 0);
  const std::int32_t reach = through_corners ? 1 : 0;
  for (std::int64_t y = 1; y < mask.height; ++y) {
    const auto row = static_cast<std::size_t>(y);
    std::size_t above = mask.row_start[row - 1];
    std::size_t below = mask.row_start[row];
    while (above < mask.row_start[row] && below < mask.row_start[row + 1]) {
      const Run& a = mask.runs[above];
      const Run& b = mask.runs[below];
      if (a.begin < b.end + reach && b.begin < a.end + reach) {
        join(parent, static_cast<std::int32_t>(above), static_cast<std::int32_t>(below));
      }
      if (a.end < b.end)
        ++above;
      else
        ++below;
    }
  }
  std::vector<std::int32_t> parts(parent.size());
  std::int32_t count = 0;
  for (std::size_t run = 0; run < parent.size(); ++run) {
    const auto root = static_cast<std::size_t>(root_of(parent, static_cast<std::int32_t>(run)));
    parts[run] = root == run ? count++ : parts[root];
  }
  return parts;
}

std::vector<bool> reaching_edge(const RunMask& mask, const std::vector<std::int32_t>& parts) {
  std::vector<bool> part_reaches(parts.size());
  for (std::int64_t y = 0; y < mask.height; ++y) {
    const bool edge_row = y == 0 || y == mask.height - 1;
    const auto row = static_cast<std::size_t>(y);
    for (std::size_t run = mask.row_start[row]; run < mask.row_start[row + 1]; ++run) {
      const bool at_edge = edge_row || mask.runs[run].begin == 0 || mask.runs[run].end == mask.width;
      if (at_edge) part_reaches[static_cast<std::size_t>(parts[run])] = true;
    }
  }
  std::vector<bool> reaches(parts.size());
  for (std::size_t run = 0; run < parts.size(); ++run) {
    reaches[run] = part_reaches[static_cast<std::size_t>(parts[run])];
  }
  return reaches;
}

RunMask without_holes(const RunMask& mask) {
  const RunMask air = complement(mask);
  const std::vector<bool> outside = reaching_edge(air, connected(air, false));
  RunMask open{air.height, air.width, {}, {0}};
  for (std::int64_t y = 0; y < air.height; ++y) {
    const auto row = static_cast<std::size_t>(y);
    for (std::size_t run = air.row_start[row]; run < air.row_start[row + 1]; ++run) {
      if (outside[run]) open.runs.push_back(air.runs[run]);
    }
    open.end_row();
  }
  return complement(open);
}

RunMask dilated(const RunMask& mask, int radius) {
  RunMask result{mask.height, mask.width, {}, {0}};
  std::vector<Run> row;
  for (std::int64_t y = 0; y < mask.height; ++y) {
    row.clear();
    for (int dy = -radius; dy <= radius; ++dy) {
      if (y + dy < 0 || y + dy >= mask.height) continue;
      const auto half = static_cast<std::int32_t>(std::sqrt(radius * radius - dy * dy));
      for (const Run& run : mask.row(y + dy)) {
        row.push_back(
            {std::max(run.begin - half, 0), std::min(run.end + half, static_cast<std::int32_t>(mask.width))});
      }
    }
    append_joined(row, result);
  }
  return result;
}

RunMask united(const RunMask& a, const RunMask& b) {
  RunMask result{a.height, a.width, {}, {0}};
  std::vector<Run> row;
  for (std::int64_t y = 0; y < a.height; ++y) {
    row.assign(a.row(y).begin(), a.row(y).end());
    row.insert(row.end(), b.row(y).begin(), b.row(y).end());
    append_joined(row, result);
  }
  return result;
}

Tensor tensor_of(const RunMask& mask) {
  Tensor result = Tensor::empty({mask.height, mask.width}, {.dtype = DType::u8});
  std::uint8_t* out = result.mutable_data<std::uint8_t>().data();
  parallel_for(0, mask.height, 64, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t y = first; y < last; ++y) {
      std::uint8_t* line = out + y * mask.width;
      std::memset(line, 0, static_cast<std::size_t>(mask.width));
      for (const Run& run : mask.row(y)) {
        std::memset(line + run.begin, 1, static_cast<std::size_t>(run.end - run.begin));
      }
    }
  });
  return result;
}

} // namespace mammo::image
