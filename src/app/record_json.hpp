#pragma once

#include "mammo/app/analysis.hpp"

#include <vector>

#include <nlohmann/json.hpp>

namespace mammo::app {

/// How metrics and reports write down which models took part, and how they ran.
inline nlohmann::ordered_json to_json(const std::vector<ModelRecord>& models) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const ModelRecord& model : models) {
    list.push_back({{"task", model.task},
                    {"name", model.name},
                    {"version", model.version},
                    {"weights_sha256", model.weights_sha256},
                    {"config_sha256", model.config_sha256}});
  }
  return list;
}

inline nlohmann::ordered_json to_json(const ExecutionRecord& execution) {
  return {{"backend", execution.backend},
          {"strict", execution.strict},
          {"isa", execution.isa},
          {"threads", execution.threads}};
}

} // namespace mammo::app
