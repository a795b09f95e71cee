#include "app/command/commands.hpp"
#include "app/command/evaluate_commands.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace mammo::app {

void add_evaluate_command(CLI::App& program, ExitCode& result) {
  CLI::App* command =
      program.add_subcommand("evaluate", "Measures a model on annotated films; writes figures and plots.");
  command->require_subcommand(1);
  add_evaluate_detector(*command, result);
  add_evaluate_pathology(*command, result);
  add_evaluate_segmenter(*command, result);
  add_evaluate_density(*command, result);
  add_evaluate_analysis(*command, result);
}

} // namespace mammo::app
