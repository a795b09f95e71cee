#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace mammo::test {

// What docs/report.schema.json finds wrong with a report, as "<where>: <what>"; empty for a valid one. The
// schema is read by valijson, draft 7.
std::vector<std::string> schema_errors(const nlohmann::json& report);
inline const std::vector<std::string> no_errors;

} // namespace mammo::test
