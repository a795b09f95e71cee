#pragma once

#include "app/command/exit_code.hpp"

namespace CLI { // NOLINT(readability-identifier-naming): CLI11's
class App;
}

namespace mammo::app {

/// Each adds one subcommand to the program, in a file of its own; when the subcommand was called, `result`
/// is what the program exits with.
void add_analyze_command(CLI::App& program, ExitCode& result);
void add_batch_command(CLI::App& program, ExitCode& result);
void add_data_command(CLI::App& program, ExitCode& result);
void add_evaluate_command(CLI::App& program, ExitCode& result);
void add_metrics_command(CLI::App& program, ExitCode& result);
void add_models_command(CLI::App& program, ExitCode& result);
void add_phantom_command(CLI::App& program, ExitCode& result);
void add_pipelines_command(CLI::App& program, ExitCode& result);
void add_preprocess_command(CLI::App& program, ExitCode& result);
void add_saliency_command(CLI::App& program, ExitCode& result);
void add_train_command(CLI::App& program, ExitCode& result);

} // namespace mammo::app
