#include "mammo/data/csv.hpp"

#include "mammo/core/error.hpp"
#include "mammo/core/file.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace mammo::data {
namespace {

constexpr std::size_t largest_table = std::size_t{1} << 30;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

template <class Number>
std::optional<Number> parsed(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

} // namespace

CsvTable CsvTable::read(const std::filesystem::path& path, char separator) {
  return parse(read_text(path, largest_table), path.string(), separator);
}

CsvTable CsvTable::parse(std::string_view text, std::string path, char separator) {
  CsvTable table;
  table.path_ = std::move(path);
  CsvReader reader(text, table.path_, separator);
  const auto header = reader.next();
  if (!header) throw FileError(table.path_, "is empty, expected a first line that names the columns");
  for (const std::string& name : header->fields) table.columns_.emplace_back(trimmed(name));
  while (auto row = reader.next()) {
    if (row->fields.size() != table.columns_.size())
      throw FileError(table.path_, concat("line ", row->line, ": ", row->fields.size(), " fields, expected ",
                                          table.columns_.size()));
    table.rows_.push_back(std::move(*row));
  }
  return table;
}

std::optional<std::size_t> CsvTable::find_column(std::string_view name) const {
  const auto found = std::ranges::find(columns_, name);
  if (found == columns_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns_.begin());
}

std::size_t CsvTable::column(std::string_view name) const {
  if (const auto found = find_column(name)) return *found;
  std::string known;
  for (const std::string& column : columns_) known += (known.empty() ? "" : ", ") + column;
  throw FileError(path_, concat("has no column \"", name, "\" but ", known));
}

std::string_view CsvTable::text(const CsvRow& row, std::size_t column) const {
  return trimmed(row.fields.at(column));
}

std::int64_t CsvTable::whole_number(const CsvRow& row, std::size_t column) const {
  if (const auto value = parsed<std::int64_t>(text(row, column))) return *value;
  refuse(row, column, "a whole number");
}

double CsvTable::number(const CsvRow& row, std::size_t column) const {
  const auto value = parsed<double>(text(row, column));
  if (value && std::isfinite(*value)) return *value;
  refuse(row, column, "a number");
}

void CsvTable::refuse(const CsvRow& row, std::size_t column, std::string_view expected) const {
  throw FileError(path_, concat("line ", row.line, ": ", columns_.at(column), " is \"", text(row, column),
                                "\", expected ", expected));
}

} // namespace mammo::data
