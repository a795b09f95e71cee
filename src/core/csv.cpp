#include "mammo/core/csv.hpp"

#include "mammo/core/error.hpp"

#include <utility>

namespace mammo {

CsvReader::CsvReader(std::string_view text, std::string path, char separator)
    : text_(text), path_(std::move(path)), separator_(separator) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text_.starts_with(byte_order_mark)) position_ = byte_order_mark.size();
}

std::optional<CsvRow> CsvReader::next() {
  while (skip_line_break()) {
  }
  if (at_end()) return std::nullopt;
  CsvRow row{.line = line_, .fields = {read_field()}};
  while (!at_end() && text_[position_] == separator_) {
    ++position_;
    row.fields.push_back(read_field());
  }
  skip_line_break();
  return row;
}

bool CsvReader::at_line_break() const {
  return text_.substr(position_).starts_with("\r\n") || text_[position_] == '\n';
}

bool CsvReader::skip_line_break() {
  if (at_end() || !at_line_break()) return false;
  position_ += text_[position_] == '\r' ? 2 : 1;
  ++line_;
  return true;
}

std::string CsvReader::read_field() {
  if (!at_end() && text_[position_] == '"') return read_quoted();
  const std::size_t start = position_;
  for (; !at_end() && text_[position_] != separator_ && !at_line_break(); ++position_) {
    if (text_[position_] == '"') fail(line_, "a quote inside a field that does not start with one");
  }
  return std::string(text_.substr(start, position_ - start));
}

std::string CsvReader::read_quoted() {
  const std::size_t opened = line_;
  std::string field;
  for (++position_; !at_end(); ++position_) {
    const char c = text_[position_];
    if (c == '\n') ++line_;
    if (c != '"') {
      field += c;
    } else if (text_.substr(position_).starts_with("\"\"")) {
      field += text_[position_++];
    } else {
      ++position_;
      if (!at_end() && text_[position_] != separator_ && !at_line_break())
        fail(line_, "text after a closing quote, expected a separator or the line's end");
      return field;
    }
  }
  fail(opened, "a quote that is never closed");
}

void CsvReader::fail(std::size_t line, const char* reason) const {
  throw FileError(path_, concat("line ", line, ": ", reason));
}

std::string csv_line(const std::vector<std::string>& fields, char separator) {
  const char special[] = {separator, '"', '\r', '\n', '\0'};
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line += separator;
    // A lone empty field has to be quoted, or the row would be an empty line.
    const bool is_plain =
        fields[i].find_first_of(special) == std::string::npos && !(fields.size() == 1 && fields[i].empty());
    if (is_plain) {
      line += fields[i];
      continue;
    }
    line += '"';
    for (const char c : fields[i]) line.append(c == '"' ? 2 : 1, c);
    line += '"';
  }
  return line + '\n';
}

} // namespace mammo
