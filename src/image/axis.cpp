#include "image/axis.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <initializer_list>

namespace mammo::image {
namespace {

std::string printed(const char* format, int digits, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, digits, value);
  return text.data();
}

// "2.5e-5" for C's "2.5e-05".
std::string short_exponent(std::string text) {
  const auto e = text.find('e');
  if (e == std::string::npos) return text;
  const std::string sign = text[e + 1] == '-' ? "-" : "";
  const auto digits = std::min(text.find_first_not_of('0', e + 2), text.size() - 1);
  return text.substr(0, e + 1) + sign + text.substr(digits);
}

// The same number of digits, and one exponent, for all multiples of `step` up to `largest` in magnitude.
std::string label(double value, double step, double largest) {
  const int step_place = static_cast<int>(std::floor(std::log10(step) + 1e-9));
  const int top_place = static_cast<int>(std::floor(std::log10(largest) + 1e-9));
  if (value == 0) return "0";
  if (top_place >= -4 && top_place < 6) return printed("%.*f", std::max(0, -step_place), value);
  const double mantissa = value / std::pow(10, top_place);
  return printed("%.*f", std::max(0, top_place - step_place), mantissa) + "e" + std::to_string(top_place);
}

} // namespace

std::vector<Tick> linear_ticks(double low, double high, int most) {
  const double magnitude = std::pow(10, std::floor(std::log10((high - low) / most)));
  const double largest = std::max(std::fabs(low), std::fabs(high));
  constexpr double slack = 1e-9; // so that an end that is a multiple counts, in spite of rounding
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    const double step = factor * magnitude;
    const double first = std::ceil(low / step - slack);
    const double last = std::floor(high / step + slack);
    if (last - first + 1 > most) continue;
    std::vector<Tick> ticks;
    for (int i = 0; i < static_cast<int>(last - first) + 1; ++i) {
      const double value = (first + i) * step;
      ticks.push_back({value, label(value, step, largest)});
    }
    return ticks;
  }
  return {};
}

std::vector<Tick> logarithmic_ticks(double low, double high, int most) {
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  const auto multiples = [&](std::initializer_list<int> of, int every) {
    std::vector<Tick> ticks;
    for (int power = first; power <= last; power += every) {
      for (const int factor : of) {
        const double value = factor * std::pow(10, power);
        if (value < low * (1 - 1e-9) || value > high * (1 + 1e-9)) continue;
        ticks.push_back({value, short_exponent(printed("%.*g", 6, value))});
      }
    }
    return ticks;
  };
  std::vector<Tick> powers = multiples({1}, (last - first) / most + 1);
  if (powers.size() >= 3) return powers;
  std::vector<Tick> finer = multiples({1, 2, 5}, 1);
  if (finer.size() >= 3 && finer.size() <= static_cast<std::size_t>(most)) return finer;
  return linear_ticks(low, high, most);
}

Axis::Axis(double low, double high, bool logarithmic)
    : logarithmic_(logarithmic),
      low_(logarithmic ? std::log10(low) : low),
      high_(logarithmic ? std::log10(high) : high) {
  const double largest = std::max(std::fabs(low_), std::fabs(high_));
  double margin = 0.03 * (high_ - low_);
  // One value, or values that a double hardly tells apart.
  if (high_ - low_ <= 1e-9 * largest) margin = largest > 0 ? 0.08 * largest : 0.45;
  low_ -= margin;
  high_ += margin;
}

double Axis::place(double value) const {
  return ((logarithmic_ ? std::log10(value) : value) - low_) / (high_ - low_);
}

std::vector<Tick> Axis::ticks(int most) const {
  if (logarithmic_) return logarithmic_ticks(std::pow(10, low_), std::pow(10, high_), most);
  return linear_ticks(low_, high_, most);
}

} // namespace mammo::image
