#pragma once

#include "mammo/data/detection_set.hpp"

#include <optional>
#include <string>
#include <vector>

namespace CLI { // NOLINT(readability-identifier-naming): CLI11's
class App;
}

namespace mammo::app {

/// What every command that looks at an annotated data set can be told.
struct DataArguments {
  std::string folder;
  std::string annotations;
  std::string cases;
  std::string split;
  std::vector<int> folds;
  std::optional<double> native_aspect;

  data::DetectionSetOptions options() const;
};

void add_data_arguments(CLI::App& command, DataArguments& arguments);

} // namespace mammo::app
