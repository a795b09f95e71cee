#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mammo {

struct CsvRow {
  std::size_t line = 0; ///< of the file, from 1, on which the row starts
  std::vector<std::string> fields;
};

/// Reads rows of separated values (RFC 4180) one after the other: fields in double quotes may hold
/// separators, line breaks and doubled quotes. A byte order mark, CR LF or LF, and empty lines are taken as
/// they come.
class CsvReader {
 public:
  /// `text` must outlive the reader; `path` stands in errors.
  CsvReader(std::string_view text, std::string path, char separator = ',');

  /// The next row that is not an empty line; nothing at the end. Throws FileError, with the line, on a quote
  /// that is not closed or stands inside a field.
  std::optional<CsvRow> next();

 private:
  bool at_end() const { return position_ == text_.size(); }
  bool at_line_break() const;
  bool skip_line_break();
  std::string read_field();
  std::string read_quoted();
  [[noreturn]] void fail(std::size_t line, const char* reason) const;

  std::string_view text_;
  std::string path_;
  char separator_;
  std::size_t position_ = 0;
  std::size_t line_ = 1;
};

/// Fields as one row, ended by a newline; quoted where they have to be.
std::string csv_line(const std::vector<std::string>& fields, char separator = ',');

} // namespace mammo
