#pragma once

#include <string>
#include <vector>

namespace mammo::image {

/// Where an axis is labelled, and how.
struct Tick {
  double value = 0;
  std::string label;
};

/// The multiples of a step of 1, 2 or 5 times a power of ten in low .. high (low < high): the smallest step
/// that gives at most `most` (1 or more).
std::vector<Tick> linear_ticks(double low, double high, int most);

/// For a logarithmic axis (0 < low < high): powers of ten, or every so many of them; where fewer than three
/// are in low .. high, 1, 2 and 5 times these; where that is too few or too many, linear ticks.
std::vector<Tick> logarithmic_ticks(double low, double high, int most);

/// One axis of a plot.
class Axis {
 public:
  /// Spans low .. high (low <= high, both positive where logarithmic) and a little more at both ends.
  Axis(double low, double high, bool logarithmic);

  /// 0 at the lower end, 1 at the upper.
  double place(double value) const;
  std::vector<Tick> ticks(int most) const;

 private:
  bool logarithmic_;
  double low_; // of the values' logarithms, where logarithmic
  double high_;
};

} // namespace mammo::image
