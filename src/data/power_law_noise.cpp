#include "data/power_law_noise.hpp"

#include <algorithm>
#include <cmath>

namespace mammo::data {
namespace {

// One axis of the subdivision: old samples keep their place as (1 6 1) / 8, new ones between are (1 1) / 2. A
// margin of one sample at each side is used up.
Field refine_rows(const Field& coarse) {
  Field fine((coarse.height - 2) * 2, coarse.width);
  for (std::int64_t y = 0; y < coarse.height - 2; ++y) {
    for (std::int64_t x = 0; x < coarse.width; ++x) {
      const float middle = coarse(y + 1, x);
      const float next = coarse(y + 2, x);
      fine(2 * y, x) = (coarse(y, x) + 6 * middle + next) / 8;
      fine(2 * y + 1, x) = (middle + next) / 2;
    }
  }
  return fine;
}

Field refine_columns(const Field& coarse) {
  Field fine(coarse.height, (coarse.width - 2) * 2);
  for (std::int64_t y = 0; y < coarse.height; ++y) {
    for (std::int64_t x = 0; x < coarse.width - 2; ++x) {
      const float middle = coarse(y, x + 1);
      const float next = coarse(y, x + 2);
      fine(y, 2 * x) = (coarse(y, x) + 6 * middle + next) / 8;
      fine(y, 2 * x + 1) = (middle + next) / 2;
    }
  }
  return fine;
}

void add_white(Field& field, double deviation, Generator& generator) {
  for (float& value : field.values) value += static_cast<float>(deviation * generator.normal());
}

Field cropped(const Field& field, std::int64_t height, std::int64_t width) {
  Field part(height, width);
  for (std::int64_t y = 0; y < height; ++y) {
    std::copy_n(&field(y, 0), width, &part(y, 0));
  }
  return part;
}

void standardise(Field& field) {
  double sum = 0;
  double squares = 0;
  for (const float value : field.values) {
    sum += static_cast<double>(value);
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  const auto count = static_cast<double>(field.values.size());
  const double mean = sum / count;
  const double deviation = std::sqrt(std::max(squares / count - mean * mean, 1e-12));
  for (float& value : field.values)
    value = static_cast<float>((static_cast<double>(value) - mean) / deviation);
}

} // namespace

Field power_law_noise(std::int64_t height, std::int64_t width, double coarsest, double finest,
                      Generator& generator) {
  std::int64_t cell = 1;
  while (static_cast<double>(cell * 2) <= coarsest) cell *= 2;
  const auto samples = [&](std::int64_t size) { return (size + cell - 1) / cell + 4; };
  Field field(samples(height), samples(width));
  double deviation = 1;
  add_white(field, deviation, generator);
  while (cell > 1) {
    field = refine_columns(refine_rows(field));
    cell /= 2;
    deviation *= 0.70710678118654752;
    // No more of the margin than the next steps need.
    field = cropped(field, std::min(field.height, samples(height)), std::min(field.width, samples(width)));
    if (static_cast<double>(cell) >= finest) add_white(field, deviation, generator);
  }
  field = cropped(field, height, width);
  standardise(field);
  return field;
}

double sample(const Field& field, double y, double x) {
  const double top = std::clamp(y, 0.0, static_cast<double>(field.height - 1));
  const double left = std::clamp(x, 0.0, static_cast<double>(field.width - 1));
  const auto row = std::min(static_cast<std::int64_t>(top), field.height - 2);
  const auto column = std::min(static_cast<std::int64_t>(left), field.width - 2);
  const double v = top - static_cast<double>(row);
  const double u = left - static_cast<double>(column);
  const auto at = [&](std::int64_t j, std::int64_t i) { return static_cast<double>(field(j, i)); };
  return (1 - v) * ((1 - u) * at(row, column) + u * at(row, column + 1)) +
         v * ((1 - u) * at(row + 1, column) + u * at(row + 1, column + 1));
}

} // namespace mammo::data
