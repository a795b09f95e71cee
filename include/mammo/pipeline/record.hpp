#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mammo::pipeline {

/// Of a field: nothing, or one of JSON's simple values.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

/// A row of a table, or a flat JSON object: named values in order.
class Record {
 public:
  using Field = std::pair<std::string, Value>;

  Record() = default;
  Record(std::initializer_list<Field> fields) : fields_(fields) {}

  /// Replaces the field of that name, or adds it at the end.
  void set(std::string_view name, Value value);
  /// Null where there is none.
  const Value* find(std::string_view name) const;
  /// Throw Error, with the names that there are, where there is none; `number` also where it is no number.
  const Value& at(std::string_view name) const;
  std::string text(std::string_view name) const;
  double number(std::string_view name) const;

  const std::vector<Field>& fields() const { return fields_; }
  /// One line of JSON, without its end.
  std::string json() const;
  bool operator==(const Record&) const = default;

 private:
  std::vector<Field> fields_;
};

/// As a table shows it: true, 12, 0.5, text as it is, nothing for nothing. Numbers read back as they are.
std::string text_of(const Value& value);

std::ostream& operator<<(std::ostream& out, const Record& record);

} // namespace mammo::pipeline
