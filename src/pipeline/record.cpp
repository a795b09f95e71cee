#include "mammo/pipeline/record.hpp"

#include "mammo/core/error.hpp"

#include <algorithm>
#include <charconv>
#include <type_traits>

#include <nlohmann/json.hpp>

namespace mammo::pipeline {

void Record::set(std::string_view name, Value value) {
  const auto found = std::ranges::find(fields_, name, &Field::first);
  if (found != fields_.end()) {
    found->second = std::move(value);
  } else {
    fields_.emplace_back(name, std::move(value));
  }
}

const Value* Record::find(std::string_view name) const {
  const auto found = std::ranges::find(fields_, name, &Field::first);
  return found == fields_.end() ? nullptr : &found->second;
}

const Value& Record::at(std::string_view name) const {
  if (const Value* value = find(name)) return *value;
  std::string known;
  for (const auto& [field, value] : fields_) known.append(known.empty() ? "" : ", ").append(field);
  throw Error(concat("record has no field \"", name, "\" but ", known.empty() ? "none at all" : known));
}

std::string Record::text(std::string_view name) const {
  return text_of(at(name));
}

double Record::number(std::string_view name) const {
  const Value& value = at(name);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  const std::string text = text_of(value);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  require<Error>(error == std::errc() && end == text.data() + text.size(), "field \"", name, "\" is \"", text,
                 "\", expected a number");
  return number;
}

std::string Record::json() const {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const auto& [name, value] : fields_) {
    std::visit(
        [&, &field = name](const auto& v) {
          if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::monostate>) {
            object[field] = nullptr;
          } else {
            object[field] = v;
          }
        },
        value);
  }
  return object.dump(-1, ' ', /*ensure_ascii=*/false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string text_of(const Value& value) {
  return std::visit(
      [](const auto& v) -> std::string {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::monostate>) {
          return {};
        } else if constexpr (std::is_same_v<T, bool>) {
          return v ? "true" : "false";
        } else if constexpr (std::is_same_v<T, std::string>) {
          return v;
        } else {
          char text[32];
          const auto end = std::to_chars(text, text + sizeof text, v).ptr;
          return {text, end};
        }
      },
      value);
}

std::ostream& operator<<(std::ostream& out, const Record& record) {
  return out << record.json();
}

} // namespace mammo::pipeline
