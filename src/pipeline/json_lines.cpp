#include "mammo/pipeline/json_lines.hpp"

#include "mammo/core/error.hpp"

#include <string_view>

#include <nlohmann/json.hpp>

namespace mammo::pipeline {
namespace {

using Json = nlohmann::ordered_json;

Value value_of(const Json& json) {
  switch (json.type()) {
  case Json::value_t::null: return std::monostate{};
  case Json::value_t::boolean: return json.get<bool>();
  case Json::value_t::number_integer: return json.get<std::int64_t>();
  case Json::value_t::number_unsigned:
    if (json.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) return json.get<double>();
    return json.get<std::int64_t>();
  case Json::value_t::number_float: return json.get<double>();
  case Json::value_t::string: return json.get<std::string>();
  default: return json.dump();
  }
}

} // namespace

Record parse_record(std::string_view json) {
  const Json object = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  require<Error>(object.is_object(), object.is_discarded() ? "no JSON" : object.type_name(),
                 ", expected a JSON object");
  Record record;
  for (const auto& [name, value] : object.items()) record.set(name, value_of(value));
  return record;
}

JsonLinesSource::JsonLinesSource(const std::filesystem::path& path) : path_(path.string()), file_(path) {}

std::optional<Record> JsonLinesSource::next() {
  const std::string_view text(reinterpret_cast<const char*>(file_.bytes().data()), file_.size());
  while (position_ < text.size()) {
    const std::size_t end = std::min(text.find('\n', position_), text.size());
    const std::string_view line = text.substr(position_, end - position_);
    position_ = end + 1;
    ++line_;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    try {
      return parse_record(line);
    } catch (const Error& error) {
      throw FileError(path_, concat("line ", line_, ": ", error.what()));
    }
  }
  return std::nullopt;
}

} // namespace mammo::pipeline
