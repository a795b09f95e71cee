#include "mammo/image/voi.hpp"

#include "mammo/core/threads.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <functional>
#include <vector>

namespace mammo::image {
namespace {

// From a value after the modality transform to the output range 0..1.
using Curve = std::function<double(double)>;

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

double look_up(const LookupTable& table, double value) {
  const double last = static_cast<double>(table.values.size()) - 1;
  const double index = std::floor(value + 0.5) - static_cast<double>(table.first_mapped);
  return table.values[index >= 0 ? static_cast<std::size_t>(std::min(index, last)) : 0];
}

double largest_entry(const LookupTable& table) {
  return static_cast<double>((1 << table.bits) - 1);
}

double modality_value(const Film& film, double stored) {
  if (film.modality_lut) return look_up(*film.modality_lut, stored);
  return film.rescale_slope * stored + film.rescale_intercept;
}

// PS3.3 C.11.2.1.2.1.
double linear(const Window& window, double x) {
  const double center = window.center - 0.5;
  const double width = window.width - 1;
  if (x <= center - width / 2) return 0;
  if (x > center + width / 2) return 1;
  return (x - center) / width + 0.5;
}

// PS3.3 C.11.2.1.3.2.
double linear_exact(const Window& window, double x) {
  if (x <= window.center - window.width / 2) return 0;
  if (x > window.center + window.width / 2) return 1;
  return (x - window.center) / window.width + 0.5;
}

// PS3.3 C.11.2.1.3.1.
double sigmoid(const Window& window, double x) {
  return 1 / (1 + std::exp(-4 * (x - window.center) / window.width));
}

double apply(const Window& window, double x) {
  switch (window.function) {
  case VoiFunction::linear: return linear(window, x);
  case VoiFunction::linear_exact: return linear_exact(window, x);
  case VoiFunction::sigmoid: return sigmoid(window, x);
  }
  return 0;
}

const char* name_of(VoiFunction function) {
  switch (function) {
  case VoiFunction::linear: return "linear";
  case VoiFunction::linear_exact: return "linear exact";
  case VoiFunction::sigmoid: return "sigmoid";
  }
  return "";
}

bool usable(const LookupTable& table) {
  return !table.values.empty();
}

// PS3.3 C.11.2.1.2 asks for a width of at least 1 for linear windows, and above 0 for the others.
bool usable(const Window& window) {
  const double least = window.function == VoiFunction::linear ? 1 : 1e-9;
  return std::isfinite(window.center) && std::isfinite(window.width) && window.width >= least;
}

std::string in_brackets(const std::string& explanation) {
  return explanation.empty() ? "" : " (" + explanation + ")";
}

template <class Entry>
std::string list(const std::vector<Entry>& entries) {
  std::string result;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    result += (i == 0 ? "" : ", ") + concat(i + 1) + in_brackets(entries[i].explanation);
  }
  return result;
}

// The index of the entry that a choice names.
template <class Entry>
std::size_t find(const std::vector<Entry>& entries, const VoiChoice& choice, const char* kind) {
  require<ArgumentError>(!entries.empty(), "this film has no VOI ", kind);
  if (choice.explanation.empty()) {
    require<ArgumentError>(choice.number >= 1 && choice.number <= static_cast<int>(entries.size()), "VOI ",
                           kind, " ", choice.number, " is not there; this film has ", list(entries));
  }
  std::size_t index = static_cast<std::size_t>(choice.number) - 1;
  if (!choice.explanation.empty()) {
    const std::string wanted = lower(choice.explanation);
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const Entry& entry) { return lower(entry.explanation) == wanted; });
    require<ArgumentError>(found != entries.end(), "VOI ", kind, " ", choice.explanation,
                           " is not there; this film has ", list(entries));
    index = static_cast<std::size_t>(found - entries.begin());
  }
  require<ArgumentError>(usable(entries[index]), "VOI ", kind, " ", index + 1, " of this film is damaged");
  return index;
}

struct Voi {
  Curve curve;
  std::string description;
};

Voi lut_voi(const Film& film, std::size_t index) {
  const LookupTable& table = film.voi_luts[index];
  return {[&table, top = largest_entry(table)](double x) { return look_up(table, x) / top; },
          concat("lut ", index + 1, in_brackets(table.explanation))};
}

Voi window_voi(const Film& film, std::size_t index) {
  const Window& window = film.windows[index];
  return {[&window](double x) { return apply(window, x); },
          concat("window ", index + 1, in_brackets(window.explanation), ", ", name_of(window.function),
                 ", center ", window.center, ", width ", window.width)};
}

double lowest_stored(const Film& film) {
  return film.is_signed() ? -static_cast<double>(1 << (film.bits - 1)) : 0;
}

Voi full_voi(const Film& film) {
  const std::string description = concat("full range (", film.bits, " bits)");
  if (film.modality_lut) {
    return {[top = largest_entry(*film.modality_lut)](double x) { return x / top; }, description};
  }
  const double low = lowest_stored(film);
  const double a = modality_value(film, low);
  const double b = modality_value(film, low + static_cast<double>((1 << film.bits) - 1));
  return {[from = std::min(a, b), to = std::max(a, b)](double x) { return (x - from) / (to - from); },
          description};
}

template <class Entry>
std::optional<std::size_t> first_usable(const std::vector<Entry>& entries) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (usable(entries[i])) return i;
  }
  return std::nullopt;
}

Voi choose(const Film& film, const VoiChoice& choice) {
  switch (choice.kind) {
  case VoiChoice::Kind::lut: return lut_voi(film, find(film.voi_luts, choice, "LUT"));
  case VoiChoice::Kind::window: return window_voi(film, find(film.windows, choice, "window"));
  case VoiChoice::Kind::full: return full_voi(film);
  case VoiChoice::Kind::automatic: break;
  }
  if (const auto lut = first_usable(film.voi_luts)) return lut_voi(film, *lut);
  if (const auto window = first_usable(film.windows)) return window_voi(film, *window);
  return full_voi(film);
}

bool inverted(const Film& film) {
  return film.photometric == Photometric::monochrome1 || film.presentation_inverse;
}

// The grey value of `count` stored values from `lowest` on.
std::vector<std::uint8_t> grey_table(const Film& film, const Curve& curve, std::int64_t lowest,
                                     std::size_t count) {
  std::vector<std::uint8_t> table(count);
  const bool invert = inverted(film);
  for (std::size_t i = 0; i < count; ++i) {
    const double stored = static_cast<double>(lowest) + static_cast<double>(i);
    double grey = curve(modality_value(film, stored));
    // Not a number, where a rescale goes to infinity, becomes black.
    grey = grey >= 0 ? std::min(grey, 1.0) : 0;
    if (invert) grey = 1 - grey;
    table[i] = static_cast<std::uint8_t>(std::floor(grey * 255 + 0.5));
  }
  if (film.padding) {
    const std::int64_t last = lowest + static_cast<std::int64_t>(count) - 1;
    const std::int64_t high = std::min(film.padding->high, last);
    for (std::int64_t v = std::max(film.padding->low, lowest); v <= high; ++v) {
      table[static_cast<std::size_t>(v - lowest)] = 0;
    }
  }
  return table;
}

// `table` holds the stored values from `lowest` on; those beyond its ends take the nearest end's grey value.
template <class T>
Tensor through_table(const Tensor& stored, std::vector<std::uint8_t> table, std::int64_t lowest) {
  // With a place for each value that T can hold, the loop needs no comparison.
  if (sizeof(T) <= 2) table.resize(std::size_t{1} << 8 * sizeof(T), table.back());
  Tensor grey = Tensor::empty(stored.shape(), {.dtype = DType::u8});
  const T* from = stored.data<T>().data();
  std::uint8_t* to = grey.mutable_data<std::uint8_t>().data();
  const std::int64_t last = static_cast<std::int64_t>(table.size()) - 1;
  parallel_for(0, stored.numel(), 1 << 18, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      std::int64_t index = static_cast<std::int64_t>(from[i]);
      if constexpr (sizeof(T) > 2) index = std::clamp<std::int64_t>(index - lowest, 0, last);
      to[i] = table[static_cast<std::size_t>(index)];
    }
  });
  return grey;
}

} // namespace

VoiChoice parse_voi_choice(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view kind = text.substr(0, colon);
  VoiChoice choice;
  if (kind == "lut")
    choice.kind = VoiChoice::Kind::lut;
  else if (kind == "window")
    choice.kind = VoiChoice::Kind::window;
  else if (text == "full")
    choice.kind = VoiChoice::Kind::full;
  const bool known = choice.kind != VoiChoice::Kind::automatic;
  const std::string_view which =
      colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  require<ArgumentError>(known && (colon == std::string_view::npos || !which.empty()), "VOI choice \"", text,
                         "\", expected lut[:N|:EXPLANATION], window[:N|:EXPLANATION] or full");
  const bool digits =
      std::all_of(which.begin(), which.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  if (!digits) {
    choice.explanation = which;
  } else if (!which.empty()) {
    const auto [end, error] = std::from_chars(which.data(), which.data() + which.size(), choice.number);
    require<ArgumentError>(error == std::errc() && choice.number >= 1, "VOI choice \"", text,
                           "\", expected a number from 1");
  }
  return choice;
}

GreyImage render_grey8(const Film& film, const VoiChoice& choice) {
  require<ArgumentError>(film.bits >= 1 && film.bits <= 16, "film of ", film.bits, " bits, expected 1 to 16");
  const Voi voi = choose(film, choice);
  const auto lowest = static_cast<std::int64_t>(lowest_stored(film));
  const auto table = grey_table(film, voi.curve, lowest, std::size_t{1} << film.bits);
  switch (film.stored.dtype()) {
  case DType::u8: return {through_table<std::uint8_t>(film.stored, table, lowest), voi.description};
  case DType::u16: return {through_table<std::uint16_t>(film.stored, table, lowest), voi.description};
  case DType::i32: return {through_table<std::int32_t>(film.stored, table, lowest), voi.description};
  default: throw TypeError(concat("film of ", film.stored.dtype(), ", expected u8, u16 or i32"));
  }
}

} // namespace mammo::image
