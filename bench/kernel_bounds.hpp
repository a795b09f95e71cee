#pragma once

#include <cstdint>
#include <functional>
#include <vector>

// Kernels beside what this machine could do at best: copy their bytes, and do their elementary operations.

namespace mammo::image {

double milliseconds(const std::function<void()>& work);

struct Times {
  std::vector<double> each; ///< milliseconds

  double quantile(double q) const;
};

/// Of which a vector unit has none, or which no kernel of its kind can do without.
enum class Operation : std::uint8_t {
  none,
  increment, ///< of a count at a place that the data say
  lookup,    ///< of 64 bits at such a place, kept for vectors to work on
  product,   ///< in f32, rounded, and its sum, rounded
};

struct Kernel {
  const char* name;
  double bytes = 0; ///< that it has to read and write at least
  Operation operation = Operation::none;
  double operations = 0;
  std::function<void()> run;
};

/// Prints each kernel's best time of `rounds`, the least time that its bytes and its operations take on this
/// machine, both measured just before, and how many times the larger of the two it takes.
void measure(const std::vector<Kernel>& kernels, int rounds);

} // namespace mammo::image
