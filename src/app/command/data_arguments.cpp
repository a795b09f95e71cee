#include "app/command/data_arguments.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {

data::DetectionSetOptions DataArguments::options() const {
  return {.folder = folder,
          .annotations = annotations,
          .cases = cases,
          .split = split,
          .folds = folds,
          .native_aspect = native_aspect};
}

void add_data_arguments(CLI::App& command, DataArguments& arguments) {
  command.add_option("--annotations", arguments.annotations,
                     "COCO file (default: _annotations.coco.json in the data's folder)");
  command.add_option("--cases", arguments.cases,
                     "Case file (default: mass_case_description*.csv in the data's folder, else its parent)");
  command.add_option("--split", arguments.split, "CSV file with the fold of each patient: patient_id,fold");
  command.add_option("--fold", arguments.folds, "Only films of these folds: N[,N]")
      ->delimiter(',')
      ->check(CLI::Range(0, 1000));
  command.add_option(
      "--native-aspect", arguments.native_aspect,
      "True width over height of the films, where pictures are stretched and nobody says better");
}

} // namespace mammo::app
