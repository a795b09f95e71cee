#include "tests/app/report_schema.hpp"

#include "tests/support/files.hpp"

#include <fstream>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

namespace mammo::test {

namespace {

const valijson::Schema& report_schema() {
  static const auto schema = [] {
    std::ifstream file(source_dir() / "docs" / "report.schema.json");
    const nlohmann::json document = nlohmann::json::parse(file);
    auto parsed = std::make_unique<valijson::Schema>();
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document), *parsed);
    return parsed;
  }();
  return *schema;
}

} // namespace

std::vector<std::string> schema_errors(const nlohmann::json& report) {
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  const valijson::adapters::NlohmannJsonAdapter adapter(report);
  std::vector<std::string> errors;
  if (validator.validate(report_schema(), adapter, &results)) return errors;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    std::string where;
    for (const std::string& part : error.context) where += part;
    errors.push_back(where + ": " + error.description);
  }
  return errors;
}

} // namespace mammo::test
