#include "mammo/data/mini_mias.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <sstream>
#include <string>
#include <string_view>

namespace mammo::data {
namespace {

constexpr std::int64_t side = 1024;

/// A line's words, and where they stand, for errors.
struct Line {
  const std::string& file;
  std::size_t number;
  std::vector<std::string> words;

  [[noreturn]] void refuse(const std::string& reason) const {
    throw FileError(file, concat("line ", number, ": ", reason));
  }

  int whole_number(std::size_t word) const {
    const std::string& text = words.at(word);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0)
      refuse("\"" + text + "\", expected a whole number");
    return value;
  }
};

bool names_film(const std::string& word) {
  return word.size() == 6 && word.starts_with("mdb") &&
         std::all_of(word.begin() + 3, word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

AnnotatedLesion lesion_of(const Line& line) {
  const std::vector<std::string>& words = line.words;
  AnnotatedLesion lesion;
  lesion.id = static_cast<std::int64_t>(line.number);
  lesion.shape = words[2];
  if (words.size() < 4 || (words[3] != "B" && words[3] != "M")) line.refuse("no B or M behind the class");
  lesion.pathology = words[3] == "M" ? Pathology::malignant : Pathology::benign;
  if (words.size() == 4 || words[4].starts_with("*NOTE")) {
    lesion.crowd = true;
    lesion.box = {0, 0, side, side};
  } else {
    if (words.size() != 7) line.refuse("expected x, y and radius behind B or M");
    const double x = line.whole_number(4) + 0.5;
    const double y = side - (line.whole_number(5) + 0.5);
    const double radius = line.whole_number(6);
    lesion.box = {x - radius, y - radius, 2 * radius, 2 * radius};
  }
  lesion.area = lesion.box.area();
  return lesion;
}

AnnotatedFilm film_of(const std::string& name, const std::filesystem::path& folder) {
  const int number = std::stoi(name.substr(3));
  AnnotatedFilm film;
  film.id = number;
  film.name = name + ".pgm";
  film.path = folder / film.name;
  film.height = side;
  film.width = side;
  // The films were padded or cut to squares, not stretched.
  film.patient = concat("mias", (number + 1) / 2);
  film.laterality = number % 2 == 1 ? Laterality::right : Laterality::left;
  film.projection = Projection::mlo;
  return film;
}

} // namespace

std::vector<AnnotatedFilm> read_mini_mias(const std::filesystem::path& info) {
  static constexpr std::array<std::string_view, 7> classes = {"CALC", "CIRC", "SPIC", "MISC",
                                                              "ARCH", "ASYM", "NORM"};
  const std::string file = info.string();
  std::istringstream text(read_text(info));
  std::vector<AnnotatedFilm> films;
  std::string raw;
  for (std::size_t number = 1; std::getline(text, raw); ++number) {
    Line line{.file = file, .number = number, .words = {}};
    std::istringstream words(raw);
    for (std::string word; words >> word;) line.words.push_back(word);
    if (line.words.empty() || !names_film(line.words[0])) continue;
    if (line.words.size() < 3 || std::ranges::find(classes, line.words[2]) == classes.end())
      line.refuse("expected a film, its tissue and CALC, CIRC, SPIC, MISC, ARCH, ASYM or NORM");
    // A film with several abnormalities has a line for each, one after the other.
    if (films.empty() || films.back().name != line.words[0] + ".pgm")
      films.push_back(film_of(line.words[0], info.parent_path()));
    if (line.words[2] != "NORM") films.back().lesions.push_back(lesion_of(line));
  }
  if (films.empty())
    throw FileError(file, "names no film, expected lines like \"mdb001 G CIRC B 535 425 197\"");
  return films;
}

} // namespace mammo::data
