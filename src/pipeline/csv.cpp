#include "mammo/pipeline/csv.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <string_view>

namespace mammo::pipeline {

CsvSource::CsvSource(const std::filesystem::path& path, char separator)
    : path_(path.string()),
      file_(path),
      reader_({reinterpret_cast<const char*>(file_.bytes().data()), file_.size()}, path_, separator) {
  auto header = reader_.next();
  if (!header) throw FileError(path_, "is empty, expected a first line that names the columns");
  columns_ = std::move(header->fields);
}

std::optional<Record> CsvSource::next() {
  auto row = reader_.next();
  if (!row) return std::nullopt;
  if (row->fields.size() != columns_.size()) {
    throw FileError(
        path_, concat("line ", row->line, ": ", row->fields.size(), " fields, expected ", columns_.size()));
  }
  Record record;
  for (std::size_t i = 0; i < columns_.size(); ++i) record.set(columns_[i], std::move(row->fields[i]));
  return record;
}

CsvSink::CsvSink(const std::filesystem::path& path, std::vector<std::string> columns)
    : file_(path), columns_(std::move(columns)) {
  if (!columns_.empty()) write_header();
}

void CsvSink::write_header() {
  file_.write(csv_line(columns_));
  has_header_ = true;
}

void CsvSink::operator()(const Record& record) {
  if (!has_header_) {
    for (const auto& [name, value] : record.fields()) columns_.push_back(name);
    write_header();
  }
  for (const auto& [name, value] : record.fields()) {
    require<Error>(std::ranges::find(columns_, name) != columns_.end(), "field \"", name,
                   "\" is no column of this table");
  }
  std::vector<std::string> fields;
  for (const std::string& column : columns_) {
    const Value* value = record.find(column);
    fields.push_back(value == nullptr ? std::string() : text_of(*value));
  }
  file_.write(csv_line(fields));
}

void CsvSink::flush() {
  file_.commit();
}

} // namespace mammo::pipeline
