#pragma once

#include "app/command/exit_code.hpp"

namespace CLI { // NOLINT(readability-identifier-naming): CLI11's
class App;
}

namespace mammo::app {

/// Each adds one task to `mammo evaluate`, in a file of its own.
void add_evaluate_analysis(CLI::App& evaluate_command, ExitCode& result);
void add_evaluate_density(CLI::App& evaluate_command, ExitCode& result);
void add_evaluate_detector(CLI::App& evaluate_command, ExitCode& result);
void add_evaluate_pathology(CLI::App& evaluate_command, ExitCode& result);
void add_evaluate_segmenter(CLI::App& evaluate_command, ExitCode& result);

} // namespace mammo::app
