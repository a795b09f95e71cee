#pragma once

#include "mammo/core/csv.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mammo::data {

/// A table of named columns from a text file of separated values, as CsvReader reads them.
class CsvTable {
 public:
  /// Reads a table whose first row names the columns. Throws FileError, with the line, on a quote that is not
  /// closed or stands inside a field, and on a row that has not as many fields as there are columns.
  static CsvTable read(const std::filesystem::path& path, char separator = ',');
  /// The same from text; `path` stands in errors.
  static CsvTable parse(std::string_view text, std::string path, char separator = ',');

  const std::string& path() const { return path_; }
  const std::vector<std::string>& columns() const { return columns_; }
  const std::vector<CsvRow>& rows() const { return rows_; }

  std::optional<std::size_t> find_column(std::string_view name) const;
  /// Throws FileError, listing the columns, where there is none of that name.
  std::size_t column(std::string_view name) const;

  /// A field without the blanks around it.
  std::string_view text(const CsvRow& row, std::size_t column) const;
  /// Throw FileError, with the line and the column's name, on a field that is not wholly such a number.
  std::int64_t whole_number(const CsvRow& row, std::size_t column) const;
  double number(const CsvRow& row, std::size_t column) const; ///< finite

  /// Throws FileError "<path>: line N: <column> is "<field>", expected <expected>".
  [[noreturn]] void refuse(const CsvRow& row, std::size_t column, std::string_view expected) const;

 private:
  std::string path_;
  std::vector<std::string> columns_;
  std::vector<CsvRow> rows_;
};

} // namespace mammo::data
