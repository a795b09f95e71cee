#include "mammo/data/inbreast.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"
#include "mammo/data/csv.hpp"
#include "mammo/image/read.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>

namespace mammo::data {
namespace {

namespace fs = std::filesystem;

/// An element of a property list: its tag, and the text up to the next one.
struct Element {
  std::string_view tag;
  std::string_view text;
};

std::optional<Element> next_element(std::string_view& rest) {
  const std::size_t open = rest.find('<');
  const std::size_t close = open == std::string_view::npos ? open : rest.find('>', open);
  if (close == std::string_view::npos) return std::nullopt;
  const std::string_view tag = rest.substr(open + 1, close - open - 1);
  rest.remove_prefix(close + 1);
  return Element{tag, rest.substr(0, rest.find('<'))};
}

Point point_of(std::string_view text, const std::string& file) {
  Point point;
  if (std::sscanf(std::string(text).c_str(), " ( %lf , %lf )", &point.x, &point.y) != 2)
    throw FileError(file, concat("point \"", text, "\", expected (x, y)"));
  return point;
}

Box extent(const std::vector<Point>& points) {
  const auto [left, right] = std::ranges::minmax(points, {}, &Point::x);
  const auto [top, bottom] = std::ranges::minmax(points, {}, &Point::y);
  return {left.x, top.y, right.x - left.x, bottom.y - top.y};
}

/// The films of AllDICOMs by what stands before the first underscore of their names.
std::map<std::string, fs::path> dicoms_in(const fs::path& folder) {
  std::map<std::string, fs::path> films;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (entry->path().extension() == ".dcm") films[name.substr(0, name.find('_'))] = entry->path();
  }
  if (error) throw FileError(folder.string(), "cannot be listed: " + error.message());
  return films;
}

/// "6c613a14b80a8591" of "20586908_6c613a14b80a8591_MG_R_CC_ANON".
std::string patient_of(const fs::path& dicom) {
  std::string stem = dicom.stem().string();
  const std::size_t begin = stem.find('_');
  if (begin == std::string::npos) return stem;
  return stem.substr(begin + 1, stem.find('_', begin + 1) - begin - 1);
}

/// A digit of 0 to 6 that starts a field, as in "4c"; nothing where it is empty.
std::optional<int> leading_digit(const CsvTable& table, const CsvRow& row, std::size_t column) {
  const std::string_view text = table.text(row, column);
  if (text.empty()) return std::nullopt;
  if (text.front() < '0' || text.front() > '6') table.refuse(row, column, "a category of 0 to 6");
  return text.front() - '0';
}

std::vector<AnnotatedLesion> masses_in(const fs::path& xml) {
  std::vector<AnnotatedLesion> masses;
  for (const InbreastOutline& outline : read_inbreast_outlines(xml)) {
    if (outline.name != "Mass" || outline.points.size() < 3) continue;
    AnnotatedLesion& lesion = masses.emplace_back();
    lesion.id = static_cast<std::int64_t>(masses.size());
    lesion.box = extent(outline.points);
    lesion.area = lesion.box.area();
  }
  return masses;
}

} // namespace

std::vector<InbreastOutline> read_inbreast_outlines(const fs::path& xml) {
  const std::string text = read_text(xml);
  std::vector<InbreastOutline> outlines;
  InbreastOutline outline;
  std::string_view rest = text, key;
  // Each finding is a dictionary with, among others, Name and Point_px, an array of strings.
  while (const auto element = next_element(rest)) {
    if (element->tag == "key") key = element->text;
    if (element->tag == "string" && key == "Name") outline.name = element->text;
    if (element->tag == "string" && key == "Point_px")
      outline.points.push_back(point_of(element->text, xml.string()));
    if (element->tag == "/dict" && !outline.points.empty()) {
      outlines.push_back(std::move(outline));
      outline = {};
    }
  }
  return outlines;
}

std::vector<AnnotatedFilm> read_inbreast(const fs::path& folder) {
  const CsvTable table = CsvTable::read(folder / "INbreast.csv", ';');
  const std::size_t file = table.column("File Name");
  const std::size_t side = table.column("Laterality");
  const std::size_t view = table.column("View");
  const std::map<std::string, fs::path> dicoms = dicoms_in(folder / "AllDICOMs");
  std::vector<AnnotatedFilm> films;
  for (const CsvRow& row : table.rows()) {
    const std::string name(table.text(row, file));
    if (name.empty()) continue; // the table ends in remarks
    const auto dicom = dicoms.find(name);
    if (dicom == dicoms.end()) table.refuse(row, file, "a film in AllDICOMs");
    AnnotatedFilm& film = films.emplace_back();
    film.id = table.whole_number(row, file);
    film.name = name;
    film.path = dicom->second;
    film.patient = patient_of(film.path);
    if (table.text(row, side) != "L" && table.text(row, side) != "R") table.refuse(row, side, "L or R");
    film.laterality = table.text(row, side) == "L" ? Laterality::left : Laterality::right;
    if (table.text(row, view) == "CC") film.projection = Projection::cc;
    if (table.text(row, view) == "MLO") film.projection = Projection::mlo;
    film.density = leading_digit(table, row, table.column("ACR"));
    const image::Film picture = image::read_film(film.path);
    film.height = picture.height();
    film.width = picture.width();
    const fs::path xml = folder / "AllXML" / (name + ".xml");
    if (fs::exists(xml)) film.lesions = masses_in(xml);
    if (film.lesions.size() == 1)
      film.lesions[0].assessment = leading_digit(table, row, table.column("Bi-Rads"));
  }
  return films;
}

} // namespace mammo::data
